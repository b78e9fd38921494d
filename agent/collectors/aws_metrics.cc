#include "agent/collectors/aws_metrics.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "rules/model/labels.h"

namespace nephoscope {
namespace {

struct Row {
  const char* name;
  const char* space;
  const char* metric;
  const char* stat;
  const char* unit;
  int period_seconds;
  const char* dimensions;  // separated by commas
};

// The AWS user guides' lists of metrics per service; dimensions and periods as CloudWatch keeps them.
constexpr Row kRows[] = {
    {"aws.ec2.cpu_utilization", "AWS/EC2", "CPUUtilization", "Average", "%", 300, "InstanceId"},
    {"aws.ec2.network_in", "AWS/EC2", "NetworkIn", "Sum", "B", 300, "InstanceId"},
    {"aws.ec2.network_out", "AWS/EC2", "NetworkOut", "Sum", "B", 300, "InstanceId"},
    {"aws.ec2.status_check_failed", "AWS/EC2", "StatusCheckFailed", "Maximum", "count", 60, "InstanceId"},
    {"aws.ec2.cpu_credit_balance", "AWS/EC2", "CPUCreditBalance", "Average", "count", 300, "InstanceId"},
    {"aws.ebs.read_bytes", "AWS/EBS", "VolumeReadBytes", "Sum", "B", 300, "VolumeId"},
    {"aws.ebs.write_bytes", "AWS/EBS", "VolumeWriteBytes", "Sum", "B", 300, "VolumeId"},
    {"aws.ebs.read_ops", "AWS/EBS", "VolumeReadOps", "Sum", "count", 300, "VolumeId"},
    {"aws.ebs.write_ops", "AWS/EBS", "VolumeWriteOps", "Sum", "count", 300, "VolumeId"},
    {"aws.ebs.burst_balance", "AWS/EBS", "BurstBalance", "Average", "%", 300, "VolumeId"},
    {"aws.rds.cpu_utilization", "AWS/RDS", "CPUUtilization", "Average", "%", 60, "DBInstanceIdentifier"},
    {"aws.rds.free_storage_space", "AWS/RDS", "FreeStorageSpace", "Minimum", "B", 60, "DBInstanceIdentifier"},
    {"aws.rds.freeable_memory", "AWS/RDS", "FreeableMemory", "Average", "B", 60, "DBInstanceIdentifier"},
    {"aws.rds.database_connections", "AWS/RDS", "DatabaseConnections", "Average", "count", 60, "DBInstanceIdentifier"},
    {"aws.rds.read_latency", "AWS/RDS", "ReadLatency", "Average", "s", 60, "DBInstanceIdentifier"},
    {"aws.rds.write_latency", "AWS/RDS", "WriteLatency", "Average", "s", 60, "DBInstanceIdentifier"},
    {"aws.lambda.invocations", "AWS/Lambda", "Invocations", "Sum", "count", 60, "FunctionName"},
    {"aws.lambda.errors", "AWS/Lambda", "Errors", "Sum", "count", 60, "FunctionName"},
    {"aws.lambda.throttles", "AWS/Lambda", "Throttles", "Sum", "count", 60, "FunctionName"},
    {"aws.lambda.concurrent_executions", "AWS/Lambda", "ConcurrentExecutions", "Maximum", "count", 60, "FunctionName"},
    {"aws.alb.request_count", "AWS/ApplicationELB", "RequestCount", "Sum", "count", 60, "LoadBalancer"},
    {"aws.alb.target_response_time", "AWS/ApplicationELB", "TargetResponseTime", "Average", "s", 60, "LoadBalancer"},
    {"aws.alb.target_5xx", "AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "Sum", "count", 60, "LoadBalancer"},
    {"aws.alb.elb_5xx", "AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "Sum", "count", 60, "LoadBalancer"},
    {"aws.alb.unhealthy_hosts", "AWS/ApplicationELB", "UnHealthyHostCount", "Maximum", "count", 60, "LoadBalancer,TargetGroup"},
    {"aws.nlb.processed_bytes", "AWS/NetworkELB", "ProcessedBytes", "Sum", "B", 60, "LoadBalancer"},
    {"aws.nlb.active_flows", "AWS/NetworkELB", "ActiveFlowCount", "Average", "count", 60, "LoadBalancer"},
    {"aws.sqs.messages_visible", "AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", "count", 60, "QueueName"},
    {"aws.sqs.oldest_message_age", "AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", "s", 60, "QueueName"},
    {"aws.sqs.messages_sent", "AWS/SQS", "NumberOfMessagesSent", "Sum", "count", 60, "QueueName"},
    {"aws.dynamodb.read_capacity", "AWS/DynamoDB", "ConsumedReadCapacityUnits", "Sum", "count", 60, "TableName"},
    {"aws.dynamodb.write_capacity", "AWS/DynamoDB", "ConsumedWriteCapacityUnits", "Sum", "count", 60, "TableName"},
    {"aws.s3.bucket_size", "AWS/S3", "BucketSizeBytes", "Average", "B", 86400, "BucketName,StorageType"},
    {"aws.s3.objects", "AWS/S3", "NumberOfObjects", "Average", "count", 86400, "BucketName,StorageType"},
    {"aws.nat.bytes_out", "AWS/NATGateway", "BytesOutToDestination", "Sum", "B", 60, "NatGatewayId"},
    {"aws.nat.connections", "AWS/NATGateway", "ActiveConnectionCount", "Maximum", "count", 60, "NatGatewayId"},
    {"aws.ecs.cpu_utilization", "AWS/ECS", "CPUUtilization", "Average", "%", 60, "ClusterName,ServiceName"},
    {"aws.ecs.memory_utilization", "AWS/ECS", "MemoryUtilization", "Average", "%", 60, "ClusterName,ServiceName"},
    {"aws.elasticache.cpu_utilization", "AWS/ElastiCache", "CPUUtilization", "Average", "%", 60, "CacheClusterId"},
    {"aws.billing.estimated_charges", "AWS/Billing", "EstimatedCharges", "Maximum", "USD", 21600, "Currency,ServiceName"},
};

AwsMetric Made(const Row& row) {
  return {row.name, row.space, row.metric, row.stat, row.unit, absl::Seconds(row.period_seconds), absl::StrSplit(row.dimensions, ',')};
}

std::size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1])});
      corner = above;
    }
  }
  return row.back();
}

struct KnownLabel {
  const char* dimension;
  const char* label;
};
constexpr KnownLabel kLabels[] = {{"DBInstanceIdentifier", "db_instance"}, {"DBClusterIdentifier", "db_cluster"}};

}  // namespace

absl::StatusOr<AwsMetric> FindAwsMetric(absl::string_view name) {
  const Row* nearest = &kRows[0];
  for (const Row& row : kRows) {
    if (row.name == name) return Made(row);
    if (Distance(name.substr(0, 100), row.name) < Distance(name.substr(0, 100), nearest->name)) nearest = &row;
  }
  return absl::NotFoundError(absl::StrCat("\"", name.substr(0, 100), "\" is not a metric we know by name; the nearest is ", nearest->name,
                                          "; any other goes under `custom`, with its namespace and metric"));
}

std::vector<std::string> AwsMetricNames() {
  std::vector<std::string> out;
  for (const Row& row : kRows) out.emplace_back(row.name);
  return out;
}

// A capital begins a word when it follows a small letter, or ends a run of capitals: DBClusterId -> db_cluster_id.
std::string AwsLabelName(absl::string_view dimension) {
  for (const KnownLabel& known : kLabels)
    if (dimension == known.dimension) return known.label;
  const auto at = [&](std::size_t i) { return i < dimension.size() ? static_cast<unsigned char>(dimension[i]) : 0; };
  std::string out;
  for (std::size_t i = 0; i < dimension.size(); ++i) {
    const bool after_small = i > 0 && (absl::ascii_islower(at(i - 1)) || absl::ascii_isdigit(at(i - 1)));
    const bool ends_run = i > 0 && absl::ascii_isupper(at(i - 1)) && absl::ascii_islower(at(i + 1));
    if (absl::ascii_isupper(at(i)) && (after_small || ends_run)) out += '_';
    out += absl::ascii_tolower(at(i));
  }
  return SanitiseLabelName(out);
}

}  // namespace nephoscope
