"""What others demand of the same resources: the ids in scope, which the coverage is counted against.

In scope is what declared resources can decide. Read 2026-11-23 from AWS's Security Hub CSPM control pages
(without classic load balancers, which one rule of ours forbids), Checkov 3.3.30, cdk-nag's AwsSolutions pack, Trivy's
checks, the CIS AWS Foundations Benchmark 6.0 and Prowler's checks of the same services; of its checks of single
open ports, those that name a port that everybody knows.
"""

FRAMEWORKS = {
    "SH": "AWS Security Hub CSPM",
    "CKV": "Checkov",
    "Nag": "cdk-nag AwsSolutions",
    "AVD": "Trivy",
    "CIS": "CIS AWS Foundations Benchmark",
    "Prw": "Prowler",
}

IN_SCOPE = {
    "SH": """
    AutoScaling.1 AutoScaling.2 AutoScaling.3 AutoScaling.4 AutoScaling.5 AutoScaling.6
    AutoScaling.9 CloudWatch.15 CloudWatch.16 CloudWatch.17 EC2.2 EC2.6 EC2.8 EC2.10 EC2.13
    EC2.14 EC2.15 EC2.16 EC2.18 EC2.19 EC2.21 EC2.22 EC2.25 EC2.55 EC2.56 EC2.170 EC2.172
    EC2.181 ECR.1 ECR.2 ECR.3 ECR.4 ECR.5 ECS.2 ECS.3 ECS.4 ECS.5 ECS.8 ECS.9 ECS.10 ECS.12
    ECS.13 ECS.14 ECS.15 ECS.16 ECS.17 ECS.18 ECS.19 ECS.20 ECS.21 ELB.1 ELB.4 ELB.5 ELB.6
    ELB.12 ELB.13 ELB.16 ELB.17 ELB.18 ELB.21 ELB.22 IAM.1 IAM.21 KMS.1 KMS.2 KMS.3 KMS.4 KMS.5
    SecretsManager.1 SecretsManager.4 WAF.10 WAF.11 WAF.12
    """,
    "CKV": """
    CKV2_AWS_1 CKV2_AWS_5 CKV2_AWS_11 CKV2_AWS_12 CKV2_AWS_15 CKV2_AWS_20 CKV2_AWS_28
    CKV2_AWS_31 CKV2_AWS_34 CKV2_AWS_35 CKV2_AWS_40 CKV2_AWS_41 CKV2_AWS_56 CKV2_AWS_57
    CKV2_AWS_64 CKV2_AWS_74 CKV2_AWS_76 CKV_AWS_2 CKV_AWS_7 CKV_AWS_8 CKV_AWS_23 CKV_AWS_24
    CKV_AWS_25 CKV_AWS_32 CKV_AWS_33 CKV_AWS_46 CKV_AWS_51 CKV_AWS_60 CKV_AWS_61 CKV_AWS_62
    CKV_AWS_63 CKV_AWS_65 CKV_AWS_66 CKV_AWS_79 CKV_AWS_88 CKV_AWS_91 CKV_AWS_92 CKV_AWS_97
    CKV_AWS_103 CKV_AWS_107 CKV_AWS_108 CKV_AWS_109 CKV_AWS_110 CKV_AWS_111 CKV_AWS_126
    CKV_AWS_127 CKV_AWS_130 CKV_AWS_131 CKV_AWS_136 CKV_AWS_138 CKV_AWS_148 CKV_AWS_149
    CKV_AWS_150 CKV_AWS_152 CKV_AWS_153 CKV_AWS_158 CKV_AWS_163 CKV_AWS_175 CKV_AWS_192
    CKV_AWS_213 CKV_AWS_223 CKV_AWS_224 CKV_AWS_227 CKV_AWS_249 CKV_AWS_260 CKV_AWS_261
    CKV_AWS_274 CKV_AWS_277 CKV_AWS_286 CKV_AWS_287 CKV_AWS_288 CKV_AWS_289 CKV_AWS_290
    CKV_AWS_304 CKV_AWS_315 CKV_AWS_319 CKV_AWS_328 CKV_AWS_332 CKV_AWS_333 CKV_AWS_334
    CKV_AWS_335 CKV_AWS_336 CKV_AWS_337 CKV_AWS_338 CKV_AWS_341 CKV_AWS_342 CKV_AWS_352
    CKV_AWS_355 CKV_AWS_356 CKV_AWS_358 CKV_AWS_376 CKV_AWS_378 CKV_AWS_382 CKV_AWS_389
    CKV_AWS_393
    """,
    "Nag": """
    AS1 AS2 AS3 EC23 EC26 EC27 EC28 EC29 ECR1 ECS2 ECS4 ECS7 ELB1 ELB2 ELB3 ELB4 ELB5 IAM4 IAM5
    KMS5 SMG4 VPC3 VPC7
    """,
    "AVD": """
    0008 0009 0017 0028 0029 0030 0031 0032 0033 0034 0035 0036 0047 0052 0053 0054 0057 0065
    0098 0099 0101 0102 0104 0105 0107 0124 0129 0130 0131 0164 0173 0178 0342 0345
    """,
    "CIS": """
    2.15 2.17 4.6 4.7 6.1.1 6.1.2 6.2 6.3 6.4 6.5 6.7
    """,
    "Prw": """
    ecr_registry_enhanced_scanning_enabled ecr_registry_scan_images_on_push_enabled
    ecr_repositories_lifecycle_policy_enabled ecr_repositories_not_publicly_accessible
    ecr_repositories_scan_images_on_push_enabled ecr_repositories_tag_immutability
    ecr_repository_encrypted_with_cmk ecs_cluster_container_insights_enabled
    ecs_service_fargate_latest_platform_version ecs_service_no_assign_public_ip
    ecs_task_definitions_containers_readonly_access ecs_task_definitions_host_namespace_not_shared
    ecs_task_definitions_host_networking_mode_users ecs_task_definitions_logging_block_mode
    ecs_task_definitions_logging_enabled ecs_task_definitions_no_environment_secrets
    ecs_task_definitions_no_privileged_containers ecs_task_set_no_assign_public_ip
    elbv2_cross_zone_load_balancing_enabled elbv2_deletion_protection elbv2_desync_mitigation_mode
    elbv2_insecure_ssl_ciphers elbv2_internet_facing elbv2_is_in_multiple_az elbv2_listener_pqc_tls_enabled
    elbv2_listeners_underneath elbv2_logging_enabled elbv2_nlb_tls_termination_enabled elbv2_ssl_listeners
    elbv2_waf_acl_attached autoscaling_find_secrets_ec2_launch_configuration
    autoscaling_group_capacity_rebalance_enabled autoscaling_group_elb_health_check_enabled
    autoscaling_group_launch_configuration_no_public_ip autoscaling_group_launch_configuration_requires_imdsv2
    autoscaling_group_multiple_az autoscaling_group_multiple_instance_types
    autoscaling_group_using_ec2_launch_template vpc_endpoint_for_ec2_enabled vpc_flow_logs_enabled
    vpc_subnet_different_az vpc_subnet_no_public_ip_by_default vpc_subnet_separate_private_public
    cloudwatch_alarm_actions_alarm_state_configured cloudwatch_alarm_actions_enabled
    cloudwatch_log_group_kms_encryption_enabled cloudwatch_log_group_retention_policy_specific_days_enabled
    ec2_instance_detailed_monitoring_enabled ec2_instance_imdsv2_enabled ec2_instance_profile_attached
    ec2_instance_public_ip ec2_instance_secrets_user_data ec2_launch_template_imdsv2_required
    ec2_launch_template_no_public_ip ec2_launch_template_no_secrets ec2_networkacl_allow_ingress_any_port
    ec2_networkacl_allow_ingress_tcp_port_22 ec2_networkacl_allow_ingress_tcp_port_3389
    ec2_securitygroup_allow_ingress_from_internet_to_all_ports
    ec2_securitygroup_allow_ingress_from_internet_to_any_port
    ec2_securitygroup_allow_ingress_from_internet_to_high_risk_tcp_ports
    ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22
    ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_3389 ec2_securitygroup_allow_wide_open_public_ipv4
    ec2_securitygroup_default_restrict_traffic ec2_securitygroup_not_used
    iam_aws_attached_policy_no_administrative_privileges iam_customer_attached_policy_no_administrative_privileges
    iam_customer_unattached_policy_no_administrative_privileges iam_inline_policy_allows_privilege_escalation
    iam_inline_policy_no_administrative_privileges iam_inline_policy_no_full_access_to_kms
    iam_no_custom_policy_permissive_role_assumption iam_policy_allows_privilege_escalation
    iam_policy_no_full_access_to_kms iam_role_administratoraccess_policy
    iam_role_cross_service_confused_deputy_prevention iam_role_github_oidc_trust_subject_restricted
    kms_cmk_not_deleted_unintentionally kms_cmk_rotation_enabled kms_key_not_publicly_accessible
    secretsmanager_automatic_rotation_enabled secretsmanager_has_restrictive_resource_policy
    secretsmanager_not_publicly_accessible secretsmanager_secret_rotated_periodically
    wafv2_webacl_logging_enabled wafv2_webacl_rule_logging_enabled wafv2_webacl_with_rules
    """,
}


def in_scope(anchor: str) -> list[str]:
    """The ids of an anchor that declared resources can decide."""
    return IN_SCOPE[anchor].split()
