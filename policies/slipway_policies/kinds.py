"""The kinds of resources that rules speak of, each with every type token that means it.

`aws:lb/*` and `aws:alb/*` are both alive, and older states still carry the names before them:
a rule names a kind, so that it judges all spellings.
"""

Kind = frozenset[str]


def _kind(*tokens: str) -> Kind:
    return frozenset(tokens)


def _aws(module: str, name: str) -> Kind:
    return frozenset({f"aws:{module}/{name[0].lower()}{name[1:]}:{name}"})


def _balancing(name: str) -> Kind:
    modules = ("lb", "alb", "elasticloadbalancingv2", "applicationloadbalancing")
    return Kind().union(*(_aws(module, name) for module in modules))


REPOSITORY = _aws("ecr", "Repository")
LIFECYCLE_POLICY = _aws("ecr", "LifecyclePolicy")
REPOSITORY_POLICY = _aws("ecr", "RepositoryPolicy")
REGISTRY_POLICY = _aws("ecr", "RegistryPolicy")
REGISTRY_SCANNING = _aws("ecr", "RegistryScanningConfiguration")
CREATION_TEMPLATE = _aws("ecr", "RepositoryCreationTemplate")
PULL_THROUGH_CACHE = _aws("ecr", "PullThroughCacheRule")
PUBLIC_REPOSITORY = _aws("ecrpublic", "Repository")
DOCKER_IMAGE = _kind("docker:index/image:Image")
IMAGE = DOCKER_IMAGE | _kind(
    "docker:index/registryImage:RegistryImage",
    "docker-build:index:Image",
    "docker-build:index:Index",
)
TASK_DEFINITION = _aws("ecs", "TaskDefinition")
SERVICE = _aws("ecs", "Service")
TASK_SET = _aws("ecs", "TaskSet")
CLUSTER = _aws("ecs", "Cluster")
CLUSTER_PROVIDERS = _aws("ecs", "ClusterCapacityProviders")
CAPACITY_PROVIDER = _aws("ecs", "CapacityProvider")
AUTO_SCALING_GROUP = _aws("autoscaling", "Group")
GROUP_ATTACHMENT = _aws("autoscaling", "Attachment")
GROUP_NOTIFICATION = _aws("autoscaling", "Notification")
LAUNCH_TEMPLATE = _aws("ec2", "LaunchTemplate")
LAUNCH_CONFIGURATION = _aws("ec2", "LaunchConfiguration")
INSTANCE = _aws("ec2", "Instance")
SCALABLE_TARGET = _aws("appautoscaling", "Target")
SCALING_POLICY = _aws("appautoscaling", "Policy")
LOAD_BALANCER = _balancing("LoadBalancer")
LISTENER = _balancing("Listener")
LISTENER_RULE = _balancing("ListenerRule")
TARGET_GROUP = _balancing("TargetGroup")
CLASSIC_BALANCER = _aws("elb", "LoadBalancer") | _aws("elasticloadbalancing", "LoadBalancer")
SECURITY_GROUP = _aws("ec2", "SecurityGroup")
SECURITY_GROUP_RULE = _aws("ec2", "SecurityGroupRule")
INGRESS_RULE = _aws("vpc", "SecurityGroupIngressRule")
EGRESS_RULE = _aws("vpc", "SecurityGroupEgressRule")
DEFAULT_SECURITY_GROUP = _aws("ec2", "DefaultSecurityGroup")
VPC = _aws("ec2", "Vpc")
DEFAULT_VPC = _aws("ec2", "DefaultVpc")
SUBNET = _aws("ec2", "Subnet")
ROUTE = _aws("ec2", "Route")
ROUTE_TABLE = _aws("ec2", "RouteTable")
ROUTE_TABLE_ASSOCIATION = _aws("ec2", "RouteTableAssociation")
INTERNET_GATEWAY = _aws("ec2", "InternetGateway")
NAT_GATEWAY = _aws("ec2", "NatGateway")
NETWORK_ACL = _aws("ec2", "NetworkAcl")
NETWORK_ACL_RULE = _aws("ec2", "NetworkAclRule")
VPC_ENDPOINT = _aws("ec2", "VpcEndpoint")
FLOW_LOG = _aws("ec2", "FlowLog")
BLOCK_PUBLIC_ACCESS = _aws("vpc", "BlockPublicAccessOptions") | _aws("ec2", "VpcBlockPublicAccessOptions")
LOG_GROUP = _aws("cloudwatch", "LogGroup")
ALARM = _aws("cloudwatch", "MetricAlarm")
ROLE = _aws("iam", "Role")
POLICY = _aws("iam", "Policy")
ROLE_POLICY = _aws("iam", "RolePolicy")
IAM_POLICY = POLICY | ROLE_POLICY | _aws("iam", "UserPolicy") | _aws("iam", "GroupPolicy")
ROLE_ATTACHMENT = _aws("iam", "RolePolicyAttachment")
POLICY_ATTACHMENT = (
    ROLE_ATTACHMENT
    | _aws("iam", "PolicyAttachment")
    | _aws("iam", "UserPolicyAttachment")
    | _aws("iam", "GroupPolicyAttachment")
)
KEY = _aws("kms", "Key")
KEY_POLICY = _aws("kms", "KeyPolicy")
SECRET = _aws("secretsmanager", "Secret")
SECRET_VERSION = _aws("secretsmanager", "SecretVersion")
SECRET_POLICY = _aws("secretsmanager", "SecretPolicy")
SECRET_ROTATION = _aws("secretsmanager", "SecretRotation")
PARAMETER = _aws("ssm", "Parameter")
WEB_ACL = _aws("wafv2", "WebAcl")
WEB_ACL_ASSOCIATION = _aws("wafv2", "WebAclAssociation")
WEB_ACL_LOGGING = _aws("wafv2", "WebAclLoggingConfiguration")
BUCKET = _aws("s3", "Bucket") | _aws("s3", "BucketV2")
CERTIFICATE = _aws("acm", "Certificate") | _aws("acm", "CertificateValidation")
AWS_PROVIDER = _kind("pulumi:providers:aws")
STACK = _kind("pulumi:pulumi:Stack")
