"""What a stack tells those that share its network, cluster and load balancer (`platform` of their stack files)."""

from components.cluster import Cluster
from components.load_balancer import LoadBalancer
from components.network import Network


def platform(network: Network, cluster: Cluster, balancer: LoadBalancer) -> dict[str, object]:
    """Each part as `existing` has it in a stack file, so that it can be written there by hand, too."""
    instances = {"provider": cluster.ec2_provider, "architecture": cluster.ec2_architecture}
    return {
        "network": {
            "vpcId": network.vpc_id,
            "publicSubnetIds": network.public_subnet_ids,
            "privateSubnetIds": network.private_subnet_ids,
        },
        "cluster": {
            "arn": cluster.arn,
            "containerInsights": cluster.insights,
            "execLogGroup": cluster.exec_log_group_name,
            "ec2": instances if cluster.ec2_provider else None,
        },
        "loadBalancer": {
            "listenerArn": balancer.listener_arn,
            "securityGroupId": balancer.security_group_id,
            "url": balancer.url,
        },
        "strategy": cluster.strategy,
    }
