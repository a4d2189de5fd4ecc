"""The rival: one load-balanced, scaled Fargate service with the AWS CDK, synthesised without its CLI."""

import tempfile
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr_assets as assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_ecs_patterns as patterns

APP = Path(__file__).resolve().parent.parent / "app"

app = cdk.App(outdir=tempfile.mkdtemp(prefix="slipway-bench-"))
stack = cdk.Stack(app, "bench")
vpc = ec2.Vpc(stack, "vpc", max_azs=2, nat_gateways=1)
cluster = ecs.Cluster(stack, "cluster", vpc=vpc)
service = patterns.ApplicationLoadBalancedFargateService(
    stack,
    "service",
    cluster=cluster,
    circuit_breaker=ecs.DeploymentCircuitBreaker(rollback=True),
    task_image_options=patterns.ApplicationLoadBalancedTaskImageOptions(
        image=ecs.ContainerImage.from_docker_image_asset(assets.DockerImageAsset(stack, "image", directory=str(APP)))
    ),
)
scaling = service.service.auto_scale_task_count(max_capacity=10)
scaling.scale_on_cpu_utilization("cpu", target_utilization_percent=60)
app.synth()
