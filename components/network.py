"""Network: the VPC, its subnets, and their way out.

Always: subnets for the balancer and for the tasks. Optional: a new VPC (through awsx) with its default
group emptied, flow logs, VPC endpoints in place of NAT. Needs nothing.
"""

import json

import pulumi
import pulumi_aws as aws
import pulumi_awsx as awsx
from pulumi import Input, Output, ResourceOptions

from components.account import Account, log_group_arn
from components.service_role import service_role
from settings.network import ENDPOINTS, NetworkOptions
from settings.options import complete, options

FLOW_LOG_DAYS = 30
IN_CHINA = "cn.com.amazonaws"
"""What names of ECR's endpoints begin with in China; those of CloudWatch Logs, S3, Secrets Manager and Systems Manager
begin as everywhere (EC2's DescribeVpcEndpointServices, in cn-north-1 and cn-northwest-1)."""
_NAT = {
    "nat": awsx.ec2.NatGatewayStrategy.SINGLE,
    "natPerZone": awsx.ec2.NatGatewayStrategy.ONE_PER_AZ,
    "endpoints": awsx.ec2.NatGatewayStrategy.NONE,
}


@options(extends=NetworkOptions)
class NetworkArgs(NetworkOptions):
    """Arguments of `Network`."""

    account: Account
    """Where the VPC is."""
    log_group_name: str
    """Name of the flow logs' log group."""


class Network(pulumi.ComponentResource):
    """A place for the balancer and the tasks."""

    vpc_id: Output[str]
    """Id of the VPC."""
    cidr: Output[str]
    """IPv4 block of the VPC."""
    public_subnet_ids: Output[list[str]]
    """Subnets of an internet-facing balancer."""
    private_subnet_ids: Output[list[str]]
    """Subnets of the tasks, known once the endpoints that stand in place of NAT are there."""

    def __init__(self, name: str, args: NetworkArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Network", name, {}, opts)
        args = complete(NetworkArgs, args, name)
        if args["existing"]:
            existing = args["existing"]
            found = aws.ec2.get_vpc_output(id=existing["vpc_id"], opts=pulumi.InvokeOutputOptions(parent=self))
            self.vpc_id, self.cidr = Output.from_input(existing["vpc_id"]), found.cidr_block
            self.public_subnet_ids = Output.from_input(existing["public_subnet_ids"])
            self.private_subnet_ids = Output.from_input(existing["private_subnet_ids"])
        else:
            vpc, way_out = self._vpc(name, args)
            self.vpc_id, self.cidr = vpc.vpc_id, Output.from_input(args["cidr"])
            self.public_subnet_ids = vpc.public_subnet_ids.apply(list)
            waited = [one.id for one in way_out]
            self.private_subnet_ids = Output.all(vpc.private_subnet_ids, *waited).apply(lambda all_: list(all_[0]))
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "cidr": self.cidr,
                "public_subnet_ids": self.public_subnet_ids,
                "private_subnet_ids": self.private_subnet_ids,
            }
        )

    def _vpc(self, name: str, args: NetworkArgs) -> tuple[awsx.ec2.Vpc, list[pulumi.CustomResource]]:
        """The VPC, and what a task has to wait for before it can reach out."""
        vpc = awsx.ec2.Vpc(
            name,
            cidr_block=args["cidr"],
            number_of_availability_zones=args["zones"],
            enable_dns_hostnames=True,
            nat_gateways=awsx.ec2.NatGatewayConfigurationArgs(strategy=_NAT[args["egress"]]),
            subnet_strategy=awsx.ec2.SubnetAllocationStrategy.AUTO,
            subnet_specs=[
                awsx.ec2.SubnetSpecArgs(type=awsx.ec2.SubnetType.PUBLIC),
                awsx.ec2.SubnetSpecArgs(type=awsx.ec2.SubnetType.PRIVATE),
            ],
            opts=ResourceOptions(parent=self),
        )
        # No rule at all: what somebody forgets to put into a group of its own reaches nothing.
        aws.ec2.DefaultSecurityGroup(f"{name}-default", vpc_id=vpc.vpc_id, opts=ResourceOptions(parent=self))
        if args["flow_logs"]:
            self._flow_logs(name, vpc.vpc_id, args)
        return vpc, self._endpoints(name, vpc, args) if args["egress"] == "endpoints" else []

    def _flow_logs(self, name: str, vpc_id: Input[str], args: NetworkArgs) -> None:
        child = ResourceOptions(parent=self)
        group = aws.cloudwatch.LogGroup(
            f"{name}-flow", name=args["log_group_name"], retention_in_days=FLOW_LOG_DAYS, opts=child
        )
        role = service_role(f"{name}-flow", "vpc-flow-logs", args["account"], child)
        place = args["account"]
        statement = {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            "Resource": log_group_arn(place, args["log_group_name"]),
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)
        allowed = aws.iam.RolePolicy(f"{name}-flow", role=role.id, policy=document, opts=child)
        aws.ec2.FlowLog(
            f"{name}-flow",
            vpc_id=vpc_id,
            traffic_type="ALL",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            opts=ResourceOptions(parent=self, depends_on=[allowed]),
        )

    def _endpoints(self, name: str, vpc: awsx.ec2.Vpc, args: NetworkArgs) -> list[pulumi.CustomResource]:
        child, place = ResourceOptions(parent=self), args["account"]
        group = aws.ec2.SecurityGroup(
            f"{name}-endpoints",
            vpc_id=vpc.vpc_id,
            description="VPC endpoints of AWS services",
            opts=child,
        )
        let_in = aws.vpc.SecurityGroupIngressRule(
            f"{name}-endpoints",
            security_group_id=group.id,
            description="the VPC's own addresses",
            cidr_ipv4=args["cidr"],
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            opts=child,
        )
        interfaces = [
            aws.ec2.VpcEndpoint(
                f"{name}-{service.replace('.', '-')}",
                vpc_id=vpc.vpc_id,
                service_name=_endpoint_service(service, place),
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=vpc.private_subnet_ids,
                security_group_ids=[group.id],
                opts=child,
            )
            for service in (*ENDPOINTS, *args["endpoints"])
        ]
        layers = aws.ec2.VpcEndpoint(
            f"{name}-s3",
            vpc_id=vpc.vpc_id,
            service_name=_endpoint_service("s3", place),
            vpc_endpoint_type="Gateway",
            # Layers are in AWS's own buckets ("Amazon ECR interface VPC endpoints"): nothing else is allowed.
            policy=json.dumps(_layers_only(place), sort_keys=True),
            route_table_ids=vpc.route_tables.apply(lambda tables: Output.all(*[table.id for table in tables])),
            opts=child,
        )
        return [let_in, *interfaces, layers]


def _endpoint_service(service: str, place: Account) -> str:
    """The name under which a VPC endpoint asks for an AWS service; a full one is taken as it is."""
    if ".amazonaws." in service:
        return service
    start = IN_CHINA if place["partition"] == "aws-cn" and service.startswith("ecr.") else "com.amazonaws"
    return f"{start}.{place['region']}.{service}"


def _layers_only(place: Account) -> dict[str, object]:
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:{place['partition']}:s3:::prod-{place['region']}-starport-layer-bucket/*",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
