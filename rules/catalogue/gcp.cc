// Cloud Monitoring's metrics, as Google's lists of metrics give them (type, kind, unit, monitored resource and its labels, rhythm). The
// statistic is the aligner of a query; of distributions it is a percentile. Google's shares go from 0 to 1 and its latencies are
// milliseconds: `factor` makes percentages and seconds of them.
#include "rules/catalogue/tables.h"

namespace nephoscope {
namespace {

// A row is a line.
// clang-format off

constexpr char kMean[] = "ALIGN_MEAN", kMax[] = "ALIGN_MAX", kMin[] = "ALIGN_MIN", kDelta[] = "ALIGN_DELTA", kP95[] = "ALIGN_PERCENTILE_95",
               kP99[] = "ALIGN_PERCENTILE_99", kTrue[] = "ALIGN_FRACTION_TRUE";
constexpr char kPercent[] = "%", kBytes[] = "B", kSeconds[] = "s", kCount[] = "count";
constexpr double kMs = 0.001, kNs = 1e-9, kRatio = 100;

constexpr MetricRow kCompute[] = {
    {"cpu_utilization", "compute.googleapis.com/instance/cpu/utilization", kMean, kPercent, "How busy the processors of a machine are.", kRatio},
    {"cpu_usage_time", "compute.googleapis.com/instance/cpu/usage_time", kDelta, kSeconds, "Processor time that a machine used."},
    {"reserved_cores", "compute.googleapis.com/instance/cpu/reserved_cores", kMax, kCount, "Processors of a machine."},
    {"network_in", "compute.googleapis.com/instance/network/received_bytes_count", kDelta, kBytes, "Bytes a machine received."},
    {"network_out", "compute.googleapis.com/instance/network/sent_bytes_count", kDelta, kBytes, "Bytes a machine sent."},
    {"network_packets_in", "compute.googleapis.com/instance/network/received_packets_count", kDelta, kCount, "Packets a machine received."},
    {"network_packets_out", "compute.googleapis.com/instance/network/sent_packets_count", kDelta, kCount, "Packets a machine sent."},
    {"disk_read_bytes", "compute.googleapis.com/instance/disk/read_bytes_count", kDelta, kBytes, "Bytes read from disks.", 1, "instance_id,zone,device_name"},
    {"disk_write_bytes", "compute.googleapis.com/instance/disk/write_bytes_count", kDelta, kBytes, "Bytes written to disks.", 1, "instance_id,zone,device_name"},
    {"disk_read_ops", "compute.googleapis.com/instance/disk/read_ops_count", kDelta, kCount, "Reads from disks.", 1, "instance_id,zone,device_name"},
    {"disk_write_ops", "compute.googleapis.com/instance/disk/write_ops_count", kDelta, kCount, "Writes to disks.", 1, "instance_id,zone,device_name"},
    {"disk_throttled_read_ops", "compute.googleapis.com/instance/disk/throttled_read_ops_count", kDelta, kCount, "Reads that had to wait because the disk may do no more.", 1, "instance_id,zone,device_name"},
    {"disk_throttled_write_ops", "compute.googleapis.com/instance/disk/throttled_write_ops_count", kDelta, kCount, "Writes that had to wait because the disk may do no more.", 1, "instance_id,zone,device_name"},
    {"memory_used", "compute.googleapis.com/instance/memory/balloon/ram_used", kMean, kBytes, "Memory in use (E2 machines)."},
    {"uptime", "compute.googleapis.com/instance/uptime_total", kMax, kSeconds, "Time since a machine began to run."},
    {"firewall_dropped_packets", "compute.googleapis.com/firewall/dropped_packets_count", kDelta, kCount, "Packets that the firewall held back."},
};
constexpr MetricRow kInstanceGroup[] = {
    {"size", "compute.googleapis.com/instance_group/size", kMin, kCount, "Machines of a group."},
};
constexpr MetricRow kCloudSql[] = {
    {"cpu_utilization", "cloudsql.googleapis.com/database/cpu/utilization", kMean, kPercent, "How busy the processors of a database are.", kRatio},
    {"memory_utilization", "cloudsql.googleapis.com/database/memory/utilization", kMax, kPercent, "Share of the memory in use.", kRatio},
    {"memory_usage", "cloudsql.googleapis.com/database/memory/usage", kMean, kBytes, "Memory in use."},
    {"disk_utilization", "cloudsql.googleapis.com/database/disk/utilization", kMax, kPercent, "Share of the disk that is full.", kRatio},
    {"disk_used", "cloudsql.googleapis.com/database/disk/bytes_used", kMax, kBytes, "Bytes a database holds."},
    {"disk_size", "cloudsql.googleapis.com/database/disk/quota", kMax, kBytes, "Size of the disk, which is billed."},
    {"disk_read_ops", "cloudsql.googleapis.com/database/disk/read_ops_count", kDelta, kCount, "Reads from disk."},
    {"disk_write_ops", "cloudsql.googleapis.com/database/disk/write_ops_count", kDelta, kCount, "Writes to disk."},
    {"connections", "cloudsql.googleapis.com/database/network/connections", kMax, kCount, "Clients that are connected."},
    {"network_in", "cloudsql.googleapis.com/database/network/received_bytes_count", kDelta, kBytes, "Bytes a database received."},
    {"network_out", "cloudsql.googleapis.com/database/network/sent_bytes_count", kDelta, kBytes, "Bytes a database sent."},
    {"up", "cloudsql.googleapis.com/database/up", kMin, kCount, "1 while a database runs, 0 while it does not."},
    {"available_for_failover", "cloudsql.googleapis.com/database/available_for_failover", kMin, kCount, "More than 0 while the standby could take over."},
    {"replica_lag", "cloudsql.googleapis.com/database/replication/replica_lag", kMax, kSeconds, "How far a read replica is behind."},
    {"network_lag", "cloudsql.googleapis.com/database/replication/network_lag", kMax, kSeconds, "How long changes take to reach a replica."},
    {"mysql_queries", "cloudsql.googleapis.com/database/mysql/queries", kDelta, kCount, "Statements (MySQL)."},
    {"postgresql_backends", "cloudsql.googleapis.com/database/postgresql/num_backends", kMax, kCount, "Clients that are connected (PostgreSQL).", 1, "database_id,region,database"},
    {"postgresql_deadlocks", "cloudsql.googleapis.com/database/postgresql/deadlock_count", kDelta, kCount, "Deadlocks (PostgreSQL).", 1, "database_id,region,database"},
    {"postgresql_transactions", "cloudsql.googleapis.com/database/postgresql/transaction_count", kDelta, kCount, "Transactions (PostgreSQL).", 1, "database_id,region,database,transaction_type"},
    {"postgresql_transaction_id_utilization", "cloudsql.googleapis.com/database/postgresql/transaction_id_utilization", kMax, kPercent, "Share of the transaction ids used; PostgreSQL stops when none is left.", kRatio},
};
constexpr MetricRow kLoadBalancer[] = {
    {"requests", "loadbalancing.googleapis.com/https/request_count", kDelta, kCount, "Requests, by class of their answer.", 1, "url_map_name,forwarding_rule_name,response_code_class"},
    {"request_bytes", "loadbalancing.googleapis.com/https/request_bytes_count", kDelta, kBytes, "Bytes that clients sent."},
    {"response_bytes", "loadbalancing.googleapis.com/https/response_bytes_count", kDelta, kBytes, "Bytes sent to clients, which are billed."},
    {"latency", "loadbalancing.googleapis.com/https/total_latencies", kP95, kSeconds, "Time that 95 of 100 requests take at most.", kMs},
    {"backend_latency", "loadbalancing.googleapis.com/https/backend_latencies", kP95, kSeconds, "Time that 95 of 100 requests take at most behind the load balancer.", kMs},
    {"backend_requests", "loadbalancing.googleapis.com/https/backend_request_count", kDelta, kCount, "Requests that were handed on, by class of their answer.", 1, "url_map_name,forwarding_rule_name,response_code_class"},
};
constexpr MetricRow kInternalLoadBalancer[] = {
    {"requests", "loadbalancing.googleapis.com/https/internal/request_count", kDelta, kCount, "Requests, by class of their answer.", 1, "url_map_name,forwarding_rule_name,response_code_class"},
    {"latency", "loadbalancing.googleapis.com/https/internal/total_latencies", kP95, kSeconds, "Time that 95 of 100 requests take at most.", kMs},
};
constexpr MetricRow kRun[] = {
    {"requests", "run.googleapis.com/request_count", kDelta, kCount, "Requests to a service, by class of their answer.", 1, "service_name,location,revision_name,response_code_class"},
    {"request_latency", "run.googleapis.com/request_latencies", kP95, kSeconds, "Time that 95 of 100 requests take at most.", kMs},
    {"instances", "run.googleapis.com/container/instance_count", kMax, kCount, "Containers that run.", 1, "service_name,location,revision_name,state"},
    {"billable_time", "run.googleapis.com/container/billable_instance_time", kDelta, kSeconds, "Time of containers that is billed."},
    {"cpu_utilization", "run.googleapis.com/container/cpu/utilizations", kP99, kPercent, "Share of its processors that a container uses.", kRatio},
    {"memory_utilization", "run.googleapis.com/container/memory/utilizations", kP99, kPercent, "Share of its memory that a container uses.", kRatio},
    {"startup_latency", "run.googleapis.com/container/startup_latencies", kP95, kSeconds, "Time that 95 of 100 starts take at most.", kMs},
};
constexpr MetricRow kRunJob[] = {
    {"executions", "run.googleapis.com/job/completed_execution_count", kDelta, kCount, "Runs that ended, by their result."},
};
constexpr MetricRow kFunction[] = {
    {"executions", "cloudfunctions.googleapis.com/function/execution_count", kDelta, kCount, "Calls of a function, by their result.", 1, "function_name,region,status"},
    {"execution_time", "cloudfunctions.googleapis.com/function/execution_times", kP95, kSeconds, "Time that 95 of 100 calls take at most.", kNs, "function_name,region,status"},
    {"active_instances", "cloudfunctions.googleapis.com/function/active_instances", kMax, kCount, "Copies of a function that run."},
    {"memory", "cloudfunctions.googleapis.com/function/user_memory_bytes", kP95, kBytes, "Memory that 95 of 100 calls use at most."},
    {"network_out", "cloudfunctions.googleapis.com/function/network_egress", kDelta, kBytes, "Bytes a function sent."},
};
constexpr MetricRow kBigQuery[] = {
    {"queries_in_flight", "bigquery.googleapis.com/query/count", kMax, kCount, "Queries that run."},
    {"query_time", "bigquery.googleapis.com/query/execution_times", kP95, kSeconds, "Time that 95 of 100 queries take at most."},
    {"scanned_bytes_billed", "bigquery.googleapis.com/query/scanned_bytes_billed", kDelta, kBytes, "Bytes that queries read and that are billed."},
    {"slots_allocated", "bigquery.googleapis.com/slots/allocated_for_project", kMax, kCount, "Slots that work for a project."},
};
constexpr MetricRow kBigQueryDataset[] = {
    {"stored_bytes", "bigquery.googleapis.com/storage/stored_bytes", kMax, kBytes, "Bytes of a table, which are billed."},
    {"tables", "bigquery.googleapis.com/storage/table_count", kMax, kCount, "Tables of a data set.", 1, "dataset_id"},
    {"uploaded_bytes_billed", "bigquery.googleapis.com/storage/uploaded_bytes_billed", kDelta, kBytes, "Bytes that were put in and are billed."},
};
constexpr MetricRow kNat[] = {
    {"allocated_ports", "compute.googleapis.com/nat/allocated_ports", kMax, kCount, "Ports set aside for machines."},
    {"open_connections", "compute.googleapis.com/nat/open_connections", kMax, kCount, "Connections at once."},
    {"bytes_out", "compute.googleapis.com/nat/sent_bytes_count", kDelta, kBytes, "Bytes sent out, which are billed."},
    {"bytes_in", "compute.googleapis.com/nat/received_bytes_count", kDelta, kBytes, "Bytes that came back, which are billed."},
    {"dropped_sent_packets", "compute.googleapis.com/nat/dropped_sent_packets_count", kDelta, kCount, "Packets that were lost on the way out, by reason.", 1, "instance_id,zone,reason"},
};
constexpr MetricRow kSubscription[] = {
    {"undelivered_messages", "pubsub.googleapis.com/subscription/num_undelivered_messages", kMax, kCount, "Messages that wait."},
    {"oldest_unacked_message_age", "pubsub.googleapis.com/subscription/oldest_unacked_message_age", kMax, kSeconds, "How long the oldest message has waited."},
    {"backlog_bytes", "pubsub.googleapis.com/subscription/backlog_bytes", kMax, kBytes, "Bytes of the messages that wait."},
    {"acked_messages", "pubsub.googleapis.com/subscription/ack_message_count", kDelta, kCount, "Messages that were done."},
    {"dead_letter_messages", "pubsub.googleapis.com/subscription/dead_letter_message_count", kDelta, kCount, "Messages that were put aside."},
    {"expired_ack_deadlines", "pubsub.googleapis.com/subscription/expired_ack_deadlines_count", kDelta, kCount, "Messages that were taken and not done in time."},
    {"push_requests", "pubsub.googleapis.com/subscription/push_request_count", kDelta, kCount, "Tries to deliver, by their result.", 1, "subscription_id,response_class"},
};
constexpr MetricRow kTopic[] = {
    {"sent_messages", "pubsub.googleapis.com/topic/send_message_operation_count", kDelta, kCount, "Messages that were put in."},
    {"send_requests", "pubsub.googleapis.com/topic/send_request_count", kDelta, kCount, "Requests that put messages in, by their result.", 1, "topic_id,response_class"},
};
constexpr MetricRow kStorage[] = {
    {"total_bytes", "storage.googleapis.com/storage/total_bytes", kMax, kBytes, "Bytes a bucket holds, by storage class.", 1, "bucket_name,location,storage_class", 86400},
    {"objects", "storage.googleapis.com/storage/object_count", kMax, kCount, "Objects a bucket holds, by storage class.", 1, "bucket_name,location,storage_class", 86400},
    {"requests", "storage.googleapis.com/api/request_count", kDelta, kCount, "Requests to a bucket, by method and result.", 1, "bucket_name,location,method,response_code"},
    {"bytes_out", "storage.googleapis.com/network/sent_bytes_count", kDelta, kBytes, "Bytes that were read."},
    {"bytes_in", "storage.googleapis.com/network/received_bytes_count", kDelta, kBytes, "Bytes that were written."},
};
constexpr MetricRow kContainer[] = {
    {"cpu_limit_utilization", "kubernetes.io/container/cpu/limit_utilization", kMean, kPercent, "Share of the processors it may have that a container uses.", kRatio},
    {"cpu_request_utilization", "kubernetes.io/container/cpu/request_utilization", kMean, kPercent, "Share of the processors it asked for that a container uses.", kRatio},
    {"memory_limit_utilization", "kubernetes.io/container/memory/limit_utilization", kMax, kPercent, "Share of the memory it may have that a container uses.", kRatio},
    {"memory_request_utilization", "kubernetes.io/container/memory/request_utilization", kMax, kPercent, "Share of the memory it asked for that a container uses.", kRatio},
    {"memory_used", "kubernetes.io/container/memory/used_bytes", kMean, kBytes, "Memory a container uses."},
    {"restarts", "kubernetes.io/container/restart_count", kDelta, kCount, "Times a container began anew."},
    {"uptime", "kubernetes.io/container/uptime", kMax, kSeconds, "Time since a container began to run."},
};
constexpr MetricRow kNode[] = {
    {"node_cpu_utilization", "kubernetes.io/node/cpu/allocatable_utilization", kMean, kPercent, "How busy the processors of a node are.", kRatio},
    {"node_memory_utilization", "kubernetes.io/node/memory/allocatable_utilization", kMax, kPercent, "Share of a node's memory in use.", kRatio},
    {"node_ephemeral_storage_used", "kubernetes.io/node/ephemeral_storage/used_bytes", kMax, kBytes, "Bytes of a node's own disk in use."},
};
constexpr MetricRow kPod[] = {
    {"pod_network_in", "kubernetes.io/pod/network/received_bytes_count", kDelta, kBytes, "Bytes a pod received."},
    {"pod_network_out", "kubernetes.io/pod/network/sent_bytes_count", kDelta, kBytes, "Bytes a pod sent."},
    {"pod_volume_utilization", "kubernetes.io/pod/volume/utilization", kMax, kPercent, "Share of a pod's volume that is full.", kRatio, "cluster_name,location,namespace_name,pod_name,volume_name"},
};
constexpr MetricRow kRedis[] = {
    {"memory_utilization", "redis.googleapis.com/stats/memory/usage_ratio", kMax, kPercent, "Share of the memory that data fill.", kRatio},
    {"memory_used", "redis.googleapis.com/stats/memory/usage", kMax, kBytes, "Memory that data fill."},
    {"connected_clients", "redis.googleapis.com/clients/connected", kMax, kCount, "Clients that are connected."},
    {"cache_hit_ratio", "redis.googleapis.com/stats/cache_hit_ratio", kMean, kPercent, "Share of the reads that found their key.", kRatio},
    {"evicted_keys", "redis.googleapis.com/stats/evicted_keys", kDelta, kCount, "Keys that were thrown out to make room."},
};
constexpr MetricRow kSpanner[] = {
    {"cpu_utilization", "spanner.googleapis.com/instance/cpu/utilization", kMax, kPercent, "How busy the processors of an instance are.", kRatio, "instance_id,location,database"},
    {"storage_used", "spanner.googleapis.com/instance/storage/used_bytes", kMax, kBytes, "Bytes of a database, which are billed.", 1, "instance_id,location,database"},
    {"nodes", "spanner.googleapis.com/instance/node_count", kMax, kCount, "Nodes of an instance, which are billed."},
    {"requests", "spanner.googleapis.com/api/api_request_count", kDelta, kCount, "Requests, by their result.", 1, "instance_id,location,database,method,status"},
    {"request_latency", "spanner.googleapis.com/api/request_latencies", kP99, kSeconds, "Time that 99 of 100 requests take at most.", 1, "instance_id,location,database,method"},
};
constexpr MetricRow kBigtable[] = {
    {"cpu_load", "bigtable.googleapis.com/cluster/cpu_load", kMax, kPercent, "How busy the processors of a cluster are.", kRatio},
    {"storage_utilization", "bigtable.googleapis.com/cluster/storage_utilization", kMax, kPercent, "Share of the storage that is full.", kRatio},
    {"nodes", "bigtable.googleapis.com/cluster/node_count", kMax, kCount, "Nodes of a cluster, which are billed."},
};
constexpr MetricRow kFirestore[] = {
    {"document_reads", "firestore.googleapis.com/document/read_count", kDelta, kCount, "Documents that were read; they are billed."},
    {"document_writes", "firestore.googleapis.com/document/write_count", kDelta, kCount, "Documents that were written; they are billed."},
    {"document_deletes", "firestore.googleapis.com/document/delete_count", kDelta, kCount, "Documents that were deleted; they are billed."},
};
constexpr MetricRow kDataflow[] = {
    {"system_lag", "dataflow.googleapis.com/job/system_lag", kMax, kSeconds, "How long the oldest item has waited."},
    {"failed", "dataflow.googleapis.com/job/is_failed", kMax, kCount, "1 when a job failed."},
    {"vcpus", "dataflow.googleapis.com/job/current_num_vcpus", kMax, kCount, "Processors of a job, which are billed."},
};
constexpr MetricRow kTasks[] = {
    {"depth", "cloudtasks.googleapis.com/queue/depth", kMax, kCount, "Tasks that wait."},
    {"attempts", "cloudtasks.googleapis.com/queue/task_attempt_count", kDelta, kCount, "Tries to do a task, by their result.", 1, "queue_id,location,response_code"},
};
constexpr MetricRow kVpn[] = {
    {"tunnel_established", "vpn.googleapis.com/tunnel_established", kMin, kCount, "More than 0 while a tunnel is up.", 1, "gateway_id,region,tunnel_name"},
    {"bytes_out", "vpn.googleapis.com/network/sent_bytes_count", kDelta, kBytes, "Bytes sent through a tunnel.", 1, "gateway_id,region,tunnel_name"},
    {"bytes_in", "vpn.googleapis.com/network/received_bytes_count", kDelta, kBytes, "Bytes received through a tunnel.", 1, "gateway_id,region,tunnel_name"},
};
constexpr MetricRow kUptime[] = {
    {"passed", "monitoring.googleapis.com/uptime_check/check_passed", kTrue, kPercent, "Share of the places that reach it.", kRatio},
    {"latency", "monitoring.googleapis.com/uptime_check/request_latency", kMean, kSeconds, "Time of one request.", kMs},
};
constexpr MetricRow kLogging[] = {
    {"bytes_ingested", "logging.googleapis.com/billing/bytes_ingested", kDelta, kBytes, "Bytes of logs taken in, which are billed."},
};

constexpr MetricService kServices[] = {
    {"gcp.compute", "Compute Engine (machines)", "gce_instance", "instance_id,zone", 60, kCompute},
    {"gcp.instance_group", "Compute Engine instance groups", "instance_group", "instance_group_name,location", 60, kInstanceGroup},
    {"gcp.cloud_sql", "Cloud SQL (databases)", "cloudsql_database", "database_id,region", 60, kCloudSql},
    {"gcp.load_balancer", "Cloud Load Balancing", "https_lb_rule", "url_map_name,forwarding_rule_name", 60, kLoadBalancer},
    {"gcp.internal_load_balancer", "Internal Application Load Balancer", "internal_http_lb_rule", "url_map_name,forwarding_rule_name", 60, kInternalLoadBalancer},
    {"gcp.cloud_run", "Cloud Run (containers)", "cloud_run_revision", "service_name,location,revision_name", 60, kRun},
    {"gcp.cloud_run_job", "Cloud Run jobs", "cloud_run_job", "job_name,location,result", 60, kRunJob},
    {"gcp.cloud_function", "Cloud Functions", "cloud_function", "function_name,region", 60, kFunction},
    {"gcp.bigquery", "BigQuery (warehouse)", "bigquery_project", "", 60, kBigQuery},
    {"gcp.bigquery", "BigQuery (warehouse)", "bigquery_dataset", "dataset_id,table", 1800, kBigQueryDataset},
    {"gcp.nat", "Cloud NAT", "gce_instance", "instance_id,zone", 60, kNat},
    {"gcp.pubsub_subscription", "Pub/Sub subscriptions", "pubsub_subscription", "subscription_id", 60, kSubscription},
    {"gcp.pubsub_topic", "Pub/Sub topics", "pubsub_topic", "topic_id", 60, kTopic},
    {"gcp.storage", "Cloud Storage (buckets)", "gcs_bucket", "bucket_name,location", 60, kStorage},
    {"gcp.gke", "Google Kubernetes Engine", "k8s_container", "cluster_name,location,namespace_name,pod_name,container_name", 60, kContainer},
    {"gcp.gke", "Google Kubernetes Engine", "k8s_node", "cluster_name,location,node_name", 60, kNode},
    {"gcp.gke", "Google Kubernetes Engine", "k8s_pod", "cluster_name,location,namespace_name,pod_name", 60, kPod},
    {"gcp.redis", "Memorystore for Redis", "redis_instance", "instance_id,region,node_id", 60, kRedis},
    {"gcp.spanner", "Spanner (databases)", "spanner_instance", "instance_id,location", 60, kSpanner},
    {"gcp.bigtable", "Bigtable (databases)", "bigtable_cluster", "instance,cluster,zone", 60, kBigtable},
    {"gcp.firestore", "Firestore (databases)", "firestore_instance", "", 60, kFirestore},
    {"gcp.dataflow", "Dataflow (pipelines)", "dataflow_job", "job_name,region", 60, kDataflow},
    {"gcp.cloud_tasks", "Cloud Tasks (queues)", "cloud_tasks_queue", "queue_id,location", 60, kTasks},
    {"gcp.vpn", "Cloud VPN", "vpn_gateway", "gateway_id,region", 60, kVpn},
    {"gcp.uptime_check", "Uptime checks", "uptime_url", "host,check_id", 60, kUptime},
    {"gcp.logging", "Cloud Logging", "global", "", 60, kLogging},
};

// clang-format on

}  // namespace

absl::Span<const MetricService> GcpServices() { return kServices; }

}  // namespace nephoscope
