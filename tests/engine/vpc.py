"""The stand-in for awsx's Vpc: registers the children that awsx makes, under its own names.

`tests/policies/fixtures/` has a recording of the real one; a test compares the two. Addresses are not awsx's.
"""

import itertools
from importlib.metadata import version
from typing import Any

import grpc
from account import REGION
from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import provider_pb2 as wire
from pulumi.runtime.proto import resource_pb2, resource_pb2_grpc
from pulumi.runtime.rpc import UNKNOWN

VERSION = version("pulumi_aws")
ANYWHERE = "0.0.0.0/0"


class Child:
    """A resource that was registered; further ones are registered under it."""

    def __init__(self, monitor: resource_pb2_grpc.ResourceMonitorStub, urn: str, id_: str = "") -> None:
        self._monitor, self.urn, self.id = monitor, urn, id_

    def add(self, type_: str, name: str, needs: dict[str, "Child"] | None = None, **inputs: Any) -> "Child":
        """Register a child; `needs` are the inputs that are another one's id."""
        needs = needs or {}
        properties = inputs | {key: one.id for key, one in needs.items()}
        request = resource_pb2.RegisterResourceRequest(
            type=type_,
            name=name,
            parent=self.urn,
            custom=type_.startswith("aws:"),
            object=json_format.ParseDict(properties, struct_pb2.Struct()),
            dependencies=[one.urn for one in needs.values()],
            propertyDependencies={
                key: resource_pb2.RegisterResourceRequest.PropertyDependencies(urns=[one.urn])
                for key, one in needs.items()
            },
            version=VERSION if type_.startswith("aws:") else "",
            acceptSecrets=True,
            supportsPartialValues=True,
        )
        answer = self._monitor.RegisterResource(request)
        return Child(self._monitor, answer.urn, answer.id or UNKNOWN)

    def finish(self, outputs: struct_pb2.Struct) -> None:
        self._monitor.RegisterResourceOutputs(
            resource_pb2.RegisterResourceOutputsRequest(urn=self.urn, outputs=outputs)
        )


def construct(request: wire.ConstructRequest) -> wire.ConstructResponse:
    with grpc.insecure_channel(request.monitorEndpoint) as channel:
        root = Child(resource_pb2_grpc.ResourceMonitorStub(channel), request.parent)
        return _vpc(root.add(request.type, request.name), request.name, json_format.MessageToDict(request.inputs))


def _vpc(component: Child, name: str, inputs: dict[str, Any]) -> wire.ConstructResponse:
    vpc = component.add(
        "aws:ec2/vpc:Vpc",
        name,
        cidrBlock=inputs["cidrBlock"],
        enableDnsHostnames=inputs["enableDnsHostnames"],
        enableDnsSupport=True,
    )
    gateway = vpc.add("aws:ec2/internetGateway:InternetGateway", name, {"vpcId": vpc})
    strategy = inputs["natGateways"]["strategy"]
    blocks = (f"10.0.{third}.0/20" for third in itertools.count(0, 16))
    public, private, nat = [], [], None
    for zone in range(1, int(inputs["numberOfAvailabilityZones"]) + 1):
        where = {"availabilityZone": f"{REGION}{'abcdef'[zone - 1]}"}
        subnet, table = _subnet(vpc, f"{name}-public-{zone}", public=True, cidrBlock=next(blocks), **where)
        _route(table, f"{name}-public-{zone}", {"gatewayId": gateway})
        public.append(subnet)
        if strategy == "OnePerAz" or (strategy == "Single" and zone == 1):
            address = subnet.add("aws:ec2/eip:Eip", f"{name}-{zone}")
            needs = {"subnetId": subnet, "allocationId": address}
            nat = subnet.add("aws:ec2/natGateway:NatGateway", f"{name}-{zone}", needs)
        subnet, table = _subnet(vpc, f"{name}-private-{zone}", public=False, cidrBlock=next(blocks), **where)
        if nat:
            _route(table, f"{name}-private-{zone}", {"natGatewayId": nat})
        private.append(subnet)
    ids = {"publicSubnetIds": [one.id for one in public], "privateSubnetIds": [one.id for one in private]}
    state = json_format.ParseDict({"vpcId": vpc.id} | ids, struct_pb2.Struct())
    component.finish(state)
    return wire.ConstructResponse(urn=component.urn, state=state)


def _subnet(vpc: Child, name: str, *, public: bool, **inputs: str) -> tuple[Child, Child]:
    subnet = vpc.add("aws:ec2/subnet:Subnet", name, {"vpcId": vpc}, mapPublicIpOnLaunch=public, **inputs)
    table = subnet.add("aws:ec2/routeTable:RouteTable", name, {"vpcId": vpc})
    needs = {"routeTableId": table, "subnetId": subnet}
    table.add("aws:ec2/routeTableAssociation:RouteTableAssociation", name, needs)
    return subnet, table


def _route(table: Child, name: str, out: dict[str, Child]) -> None:
    table.add("aws:ec2/route:Route", name, {"routeTableId": table, **out}, destinationCidrBlock=ANYWHERE)
