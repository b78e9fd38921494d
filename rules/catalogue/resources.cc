#include "rules/catalogue/resources.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace nephoscope {
namespace {

constexpr ResourceType kTypes[] = {
    {"aws.alb.load_balancer", "Application Load Balancer", "aws.alb", "load_balancer", ":elasticloadbalancing:*:loadbalancer/app/", ""},
    {"aws.api_gateway.api", "Amazon API Gateway API", "aws.api_gateway", "api_name", ":apigateway:|:execute-api:", ""},
    {"aws.cloudfront.distribution", "Amazon CloudFront distribution", "aws.cloudfront", "distribution_id", ":cloudfront:*:distribution/", "distribution"},
    {"aws.dynamodb.table", "Amazon DynamoDB table", "aws.dynamodb", "table_name", ":dynamodb:*:table/", ""},
    {"aws.ebs.volume", "Amazon EBS disk", "aws.ebs", "volume_id", "^vol-|:ec2:*:volume/", "volume"},
    {"aws.ec2.elastic_ip", "AWS Elastic IP address", "", "", "^eipalloc-|:ec2:*:elastic-ip/", ""},
    {"aws.ec2.instance", "Amazon EC2 machine", "aws.ec2", "instance_id", "^i-|:ec2:*:instance/", "instance"},
    {"aws.ec2.snapshot", "Amazon EBS snapshot", "", "", "^snap-|:ec2:*:snapshot/", "snapshot"},
    {"aws.ecs.service", "Amazon ECS service", "aws.ecs", "service_name", ":ecs:*:service/", ""},
    {"aws.ecs.task", "Amazon ECS task", "", "", ":ecs:*:task/", ""},
    {"aws.efs.file_system", "Amazon EFS file system", "aws.efs", "file_system_id", "^fs-|:elasticfilesystem:*:file-system/", ""},
    {"aws.eks.cluster", "Amazon EKS cluster", "aws.eks", "cluster_name", ":eks:*:cluster/", ""},
    {"aws.elasticache.cluster", "Amazon ElastiCache cluster", "aws.elasticache", "cache_cluster_id", ":elasticache:*:cluster:", ""},
    {"aws.elb.load_balancer", "Classic Load Balancer", "aws.elb", "load_balancer_name", ":elasticloadbalancing:*:loadbalancer/", "loadbalancer"},
    {"aws.firehose.stream", "Amazon Data Firehose stream", "aws.firehose", "delivery_stream_name", ":firehose:*:deliverystream/", ""},
    {"aws.kinesis.stream", "Amazon Kinesis stream", "aws.kinesis", "stream_name", ":kinesis:*:stream/", ""},
    {"aws.kms.key", "AWS KMS key", "", "", ":kms:*:key/", ""},
    {"aws.lambda.function", "AWS Lambda function", "aws.lambda", "function_name", ":lambda:*:function:", ""},
    {"aws.logs.log_group", "CloudWatch log group", "aws.logs", "log_group_name", ":logs:*:log-group:", ""},
    {"aws.nat.gateway", "AWS NAT gateway", "aws.nat", "nat_gateway_id", "^nat-|:ec2:*:natgateway/", "natgateway"},
    {"aws.nlb.load_balancer", "Network Load Balancer", "aws.nlb", "load_balancer", ":elasticloadbalancing:*:loadbalancer/net/", ""},
    {"aws.opensearch.domain", "Amazon OpenSearch domain", "aws.opensearch", "domain_name", ":es:*:domain/", ""},
    {"aws.rds.cluster", "Amazon Aurora cluster", "", "", ":rds:*:cluster:", ""},
    {"aws.rds.db_instance", "Amazon RDS database", "aws.rds", "db_instance", ":rds:*:db:", ""},
    {"aws.rds.snapshot", "Amazon RDS snapshot", "", "", ":rds:*:snapshot:|:rds:*:cluster-snapshot:", ""},
    {"aws.redshift.cluster", "Amazon Redshift cluster", "aws.redshift", "cluster_identifier", ":redshift:*:cluster:", ""},
    {"aws.s3.bucket", "Amazon S3 bucket", "aws.s3", "bucket_name", ":s3:::", "bucket"},
    {"aws.sagemaker.endpoint", "Amazon SageMaker endpoint", "aws.sagemaker", "endpoint_name", ":sagemaker:*:endpoint/", ""},
    {"aws.secretsmanager.secret", "AWS Secrets Manager secret", "", "", ":secretsmanager:*:secret:", ""},
    {"aws.sns.topic", "Amazon SNS topic", "aws.sns", "topic_name", ":sns:", ""},
    {"aws.sqs.queue", "Amazon SQS queue", "aws.sqs", "queue_name", ":sqs:", ""},
    {"aws.vpn.connection", "AWS VPN connection", "aws.vpn", "vpn_id", "^vpn-|:ec2:*:vpn-connection/", ""},
    {"aws.workspaces.workspace", "Amazon WorkSpaces desktop", "aws.workspaces", "workspace_id", "^ws-|:workspaces:*:workspace/", ""},
    {"azure.aks.cluster", "Azure Kubernetes cluster", "azure.aks", "cluster", "/microsoft.containerservice/managedclusters/", ""},
    {"azure.app_service.app", "Azure web app or function", "azure.app_service", "app", "/microsoft.web/sites/", ""},
    {"azure.app_service.plan", "Azure App Service plan", "azure.app_service_plan", "plan", "/microsoft.web/serverfarms/", "app service plan"},
    {"azure.compute.disk", "Azure disk", "", "", "/microsoft.compute/disks/", "disk"},
    {"azure.compute.snapshot", "Azure disk snapshot", "", "", "/microsoft.compute/snapshots/", "snapshot"},
    {"azure.compute.virtual_machine", "Azure virtual machine", "azure.vm", "vm", "/microsoft.compute/virtualmachines/", "virtual machine"},
    {"azure.compute.vm_scale_set", "Azure scale set", "azure.vm_scale_set", "scale_set", "/microsoft.compute/virtualmachinescalesets/", "virtual machine scale set"},
    {"azure.container_registry.registry", "Azure container registry", "azure.container_registry", "registry", "/microsoft.containerregistry/registries/", ""},
    {"azure.cosmos_db.account", "Azure Cosmos DB account", "azure.cosmos_db", "cosmos_account", "/microsoft.documentdb/databaseaccounts/", ""},
    {"azure.event_hub.namespace", "Azure Event Hubs namespace", "azure.event_hub", "namespace", "/microsoft.eventhub/namespaces/", ""},
    {"azure.key_vault.vault", "Azure key vault", "azure.key_vault", "vault", "/microsoft.keyvault/vaults/", "key vault"},
    {"azure.machine_learning.workspace", "Azure Machine Learning workspace", "", "", "/microsoft.machinelearningservices/workspaces/", "azure machine learning workspace"},
    {"azure.mysql.server", "Azure Database for MySQL", "azure.mysql", "server", "/microsoft.dbformysql/flexibleservers/", ""},
    {"azure.network.application_gateway", "Azure application gateway", "azure.application_gateway", "gateway", "/microsoft.network/applicationgateways/", ""},
    {"azure.network.load_balancer", "Azure load balancer", "azure.load_balancer", "load_balancer", "/microsoft.network/loadbalancers/", "load balancer"},
    {"azure.network.nat_gateway", "Azure NAT gateway", "azure.nat_gateway", "nat_gateway", "/microsoft.network/natgateways/", ""},
    {"azure.network.public_ip", "Azure public IP address", "", "", "/microsoft.network/publicipaddresses/", "public ip address"},
    {"azure.network.vpn_gateway", "Azure VPN gateway", "azure.vpn_gateway", "gateway", "/microsoft.network/virtualnetworkgateways/", ""},
    {"azure.postgresql.server", "Azure Database for PostgreSQL", "azure.postgresql", "server", "/microsoft.dbforpostgresql/flexibleservers/", ""},
    {"azure.redis.cache", "Azure Cache for Redis", "azure.redis", "cache", "/microsoft.cache/redis/", ""},
    {"azure.service_bus.namespace", "Azure Service Bus namespace", "azure.service_bus", "namespace", "/microsoft.servicebus/namespaces/", ""},
    {"azure.sql.database", "Azure SQL database", "azure.sql_database", "database", "/microsoft.sql/servers/*/databases/", "sql database"},
    {"azure.sql.elastic_pool", "Azure SQL elastic pool", "azure.sql_elastic_pool", "elastic_pool", "/microsoft.sql/servers/*/elasticpools/", ""},
    {"azure.storage.account", "Azure storage account", "azure.storage", "storage_account", "/microsoft.storage/storageaccounts/", "storage account"},
    {"gcp.bigquery.dataset", "BigQuery dataset", "gcp.bigquery", "dataset_id", "bigquery.googleapis.com/*/datasets/", ""},
    {"gcp.cloud_function.function", "Google Cloud function", "gcp.cloud_function", "function_name", "cloudfunctions.googleapis.com/*/functions/", ""},
    {"gcp.cloud_run.service", "Cloud Run service", "gcp.cloud_run", "service_name", "run.googleapis.com/*/services/", ""},
    {"gcp.cloud_sql.instance", "Cloud SQL database", "gcp.cloud_sql", "database_id", "sqladmin.googleapis.com/*/instances/|cloudsql.googleapis.com/*/instances/", ""},
    {"gcp.compute.address", "Google Cloud IP address", "", "", "compute.googleapis.com/*/addresses/", ""},
    {"gcp.compute.disk", "Google Cloud disk", "", "", "compute.googleapis.com/*/disks/", "disk"},
    {"gcp.compute.instance", "Compute Engine machine", "gcp.compute", "instance_id", "compute.googleapis.com/*/instances/", "instance"},
    {"gcp.compute.snapshot", "Google Cloud disk snapshot", "", "", "compute.googleapis.com/*/snapshots/", ""},
    {"gcp.gke.cluster", "Google Kubernetes cluster", "gcp.gke", "cluster_name", "container.googleapis.com/*/clusters/", ""},
    {"gcp.pubsub.subscription", "Pub/Sub subscription", "gcp.pubsub_subscription", "subscription_id", "pubsub.googleapis.com/*/subscriptions/", ""},
    {"gcp.pubsub.topic", "Pub/Sub topic", "gcp.pubsub_topic", "topic_id", "pubsub.googleapis.com/*/topics/", ""},
    {"gcp.redis.instance", "Memorystore for Redis", "gcp.redis", "instance_id", "redis.googleapis.com/*/instances/", ""},
    {"gcp.spanner.instance", "Spanner database", "gcp.spanner", "instance_id", "spanner.googleapis.com/*/instances/", ""},
    {"gcp.storage.bucket", "Cloud Storage bucket", "gcp.storage", "bucket_name", "storage.googleapis.com/", "bucket"},
};

// The part of a name before its first point, for what FOCUS calls the provider.
std::string ProviderWord(absl::string_view provider) {
  static constexpr struct { const char* part; const char* word; } kWords[] = {{"aws", "aws"}, {"amazon", "aws"}, {"microsoft", "azure"}, {"azure", "azure"}, {"google", "gcp"}, {"gcp", "gcp"}, {"oracle", "oci"}};
  const std::string small = absl::AsciiStrToLower(provider);
  for (const auto& one : kWords)
    if (absl::StrContains(small, one.part)) return one.word;
  return "other";
}

// "Azure Machine Learning workspace" -> azure_machine_learning_workspace.
std::string Word(absl::string_view text) {
  std::string out;
  for (const char c : text) {
    if (absl::ascii_isalnum(c)) {
      out += absl::ascii_tolower(c);
    } else if (!out.empty() && out.back() != '_') {
      out += '_';
    }
  }
  while (!out.empty() && out.back() == '_') out.pop_back();
  return out;
}

bool Fits(absl::string_view pattern, absl::string_view id) {
  if (absl::StartsWith(pattern, "^")) return absl::StartsWith(id, pattern.substr(1));
  for (const absl::string_view part : absl::StrSplit(pattern, '*')) {
    const std::size_t at = id.find(part);
    if (at == absl::string_view::npos) return false;
    id.remove_prefix(at + part.size());
  }
  return true;
}

}  // namespace

absl::Span<const ResourceType> AllResourceTypes() { return kTypes; }

const ResourceType* ResourceTypeOfMetric(absl::string_view metric) {
  const std::size_t dot = metric.rfind('.');
  if (dot == absl::string_view::npos || dot == 0) return nullptr;
  const absl::string_view service = metric.substr(0, dot);
  for (const ResourceType& type : kTypes)
    if (type.metrics == service) return &type;
  return nullptr;
}

const ResourceType* FindResourceType(absl::string_view name) {
  for (const ResourceType& type : kTypes)
    if (name == type.name) return &type;
  return nullptr;
}

std::string ResourceTypeOf(absl::string_view provider, absl::string_view id, absl::string_view billed) {
  const std::string word = ProviderWord(provider), small = absl::AsciiStrToLower(id), type = absl::AsciiStrToLower(billed);
  const std::string prefix = absl::StrCat(word, ".");
  const ResourceType* found = nullptr;
  std::size_t longest = 0;  // of the patterns that fit: loadbalancer/app/ says more than loadbalancer/
  for (const ResourceType& one : kTypes) {
    if (!absl::StartsWith(one.name, prefix)) continue;
    for (const absl::string_view pattern : absl::StrSplit(one.ids, '|'))
      if (pattern.size() > longest && Fits(pattern, small)) found = &one, longest = pattern.size();
  }
  if (found != nullptr) return found->name;
  for (const ResourceType& one : kTypes)
    if (!type.empty() && type == one.billed && absl::StartsWith(one.name, prefix)) return one.name;
  const std::string other = Word(billed);
  return absl::StrCat(prefix, other.empty() ? "other" : other);
}

}  // namespace nephoscope
