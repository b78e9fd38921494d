// CloudWatch's metrics, as AWS's user guides list them per service (namespace, metric, unit, dimensions, rhythm). Where a guide counts
// milliseconds, MiB or bits, `factor` makes seconds, bytes or bytes a second of it. A row's own dimensions follow its factor.
#include "rules/catalogue/tables.h"

namespace nephoscope {
namespace {

// A row is a line.
// clang-format off

constexpr char kAverage[] = "Average", kSum[] = "Sum", kMaximum[] = "Maximum", kMinimum[] = "Minimum";
constexpr char kPercent[] = "%", kBytes[] = "B", kSeconds[] = "s", kCount[] = "count", kPerSecond[] = "/s", kBytesPerSecond[] = "B/s";
constexpr double kMs = 0.001, kMiB = 1048576, kBits = 0.125, kRatio = 100;

constexpr MetricRow kEc2[] = {
    {"cpu_utilization", "CPUUtilization", kAverage, kPercent, "How busy the processors of a machine are."},
    {"network_in", "NetworkIn", kSum, kBytes, "Bytes a machine received."},
    {"network_out", "NetworkOut", kSum, kBytes, "Bytes a machine sent."},
    {"network_packets_in", "NetworkPacketsIn", kSum, kCount, "Packets a machine received."},
    {"network_packets_out", "NetworkPacketsOut", kSum, kCount, "Packets a machine sent."},
    {"disk_read_bytes", "DiskReadBytes", kSum, kBytes, "Bytes read from disks that belong to the machine itself (instance store)."},
    {"disk_write_bytes", "DiskWriteBytes", kSum, kBytes, "Bytes written to disks that belong to the machine itself (instance store)."},
    {"disk_read_ops", "DiskReadOps", kSum, kCount, "Reads from disks that belong to the machine itself (instance store)."},
    {"disk_write_ops", "DiskWriteOps", kSum, kCount, "Writes to disks that belong to the machine itself (instance store)."},
    {"ebs_read_bytes", "EBSReadBytes", kSum, kBytes, "Bytes a machine read from all its EBS volumes (Nitro machines)."},
    {"ebs_write_bytes", "EBSWriteBytes", kSum, kBytes, "Bytes a machine wrote to all its EBS volumes (Nitro machines)."},
    {"ebs_read_ops", "EBSReadOps", kSum, kCount, "Reads of a machine from all its EBS volumes (Nitro machines)."},
    {"ebs_write_ops", "EBSWriteOps", kSum, kCount, "Writes of a machine to all its EBS volumes (Nitro machines)."},
    {"ebs_io_balance", "EBSIOBalance%", kMinimum, kPercent, "What is left of the burst of reads and writes of a small Nitro machine."},
    {"ebs_byte_balance", "EBSByteBalance%", kMinimum, kPercent, "What is left of the burst of throughput to disks of a small Nitro machine."},
    {"cpu_credit_balance", "CPUCreditBalance", kAverage, kCount, "Credits a burstable machine has saved; at none it is slowed down."},
    {"cpu_credit_usage", "CPUCreditUsage", kSum, kCount, "Credits a burstable machine spent."},
    {"cpu_surplus_credits_charged", "CPUSurplusCreditsCharged", kSum, kCount, "Credits beyond what is earned, which are billed (unlimited mode)."},
    {"status_check_failed", "StatusCheckFailed", kMaximum, kCount, "1 while any status check of a machine fails.", 1, nullptr, 60},
    {"status_check_failed_instance", "StatusCheckFailed_Instance", kMaximum, kCount, "1 while the machine's own software fails its check.", 1, nullptr, 60},
    {"status_check_failed_system", "StatusCheckFailed_System", kMaximum, kCount, "1 while the host below the machine fails its check.", 1, nullptr, 60},
    {"status_check_failed_ebs", "StatusCheckFailed_AttachedEBS", kMaximum, kCount, "1 while a volume of the machine cannot be reached.", 1, nullptr, 60},
};
// Not of CloudWatch: counted from the answer of the EC2 API.
constexpr MetricRow kEc2Inventory[] = {
    {"running_instances", "DescribeInstances", "count", kCount, "How many machines run, counted from the list that the EC2 API gives."},
};
constexpr MetricRow kEbs[] = {
    {"read_bytes", "VolumeReadBytes", kSum, kBytes, "Bytes read from a volume."},
    {"write_bytes", "VolumeWriteBytes", kSum, kBytes, "Bytes written to a volume."},
    {"read_ops", "VolumeReadOps", kSum, kCount, "Reads from a volume."},
    {"write_ops", "VolumeWriteOps", kSum, kCount, "Writes to a volume."},
    {"queue_length", "VolumeQueueLength", kAverage, kCount, "Reads and writes that wait for a volume."},
    {"idle_time", "VolumeIdleTime", kSum, kSeconds, "Time in which nothing was read or written."},
    {"total_read_time", "VolumeTotalReadTime", kSum, kSeconds, "Time all reads of a volume took, added up."},
    {"total_write_time", "VolumeTotalWriteTime", kSum, kSeconds, "Time all writes of a volume took, added up."},
    {"burst_balance", "BurstBalance", kMinimum, kPercent, "What is left of a volume's burst (gp2, st1, sc1); at none it is slow."},
    {"throughput_percentage", "VolumeThroughputPercentage", kAverage, kPercent, "How much of the reads and writes paid for a volume delivers (io1, io2)."},
    {"stalled_io_check", "VolumeStalledIOCheck", kMaximum, kCount, "1 while a volume does not finish its reads and writes.", 1, nullptr, 60},
};
constexpr MetricRow kRds[] = {
    {"cpu_utilization", "CPUUtilization", kAverage, kPercent, "How busy the processors of a database are."},
    {"free_storage_space", "FreeStorageSpace", kMinimum, kBytes, "Disk space that a database has left."},
    {"freeable_memory", "FreeableMemory", kAverage, kBytes, "Memory that a database could use."},
    {"database_connections", "DatabaseConnections", kAverage, kCount, "Clients that are connected."},
    {"db_load", "DBLoad", kAverage, kCount, "Sessions that work or wait at once (with Performance Insights)."},
    {"read_latency", "ReadLatency", kAverage, kSeconds, "Time of one read from disk."},
    {"write_latency", "WriteLatency", kAverage, kSeconds, "Time of one write to disk."},
    {"read_iops", "ReadIOPS", kAverage, kPerSecond, "Reads from disk in a second."},
    {"write_iops", "WriteIOPS", kAverage, kPerSecond, "Writes to disk in a second."},
    {"read_throughput", "ReadThroughput", kAverage, kBytesPerSecond, "Bytes read from disk in a second."},
    {"write_throughput", "WriteThroughput", kAverage, kBytesPerSecond, "Bytes written to disk in a second."},
    {"disk_queue_depth", "DiskQueueDepth", kAverage, kCount, "Reads and writes that wait for the disk."},
    {"network_receive_throughput", "NetworkReceiveThroughput", kAverage, kBytesPerSecond, "Bytes a database receives in a second."},
    {"network_transmit_throughput", "NetworkTransmitThroughput", kAverage, kBytesPerSecond, "Bytes a database sends in a second."},
    {"swap_usage", "SwapUsage", kAverage, kBytes, "Memory that had to move to disk."},
    {"replica_lag", "ReplicaLag", kMaximum, kSeconds, "How far a read replica is behind."},
    {"burst_balance", "BurstBalance", kMinimum, kPercent, "What is left of the burst of the storage (gp2)."},
    {"cpu_credit_balance", "CPUCreditBalance", kAverage, kCount, "Credits a burstable database has saved.", 1, nullptr, 300},
    {"cpu_credit_usage", "CPUCreditUsage", kSum, kCount, "Credits a burstable database spent.", 1, nullptr, 300},
    {"ebs_io_balance", "EBSIOBalance%", kMinimum, kPercent, "What is left of the burst of reads and writes.", 1, nullptr, 300},
    {"ebs_byte_balance", "EBSByteBalance%", kMinimum, kPercent, "What is left of the burst of throughput.", 1, nullptr, 300},
    {"maximum_used_transaction_ids", "MaximumUsedTransactionIDs", kMaximum, kCount, "Age of the oldest transaction id; PostgreSQL stops near 2 thousand million."},
    {"transaction_logs_disk_usage", "TransactionLogsDiskUsage", kMaximum, kBytes, "Disk space of PostgreSQL's transaction logs.", 1, nullptr, 300},
    {"replication_slot_disk_usage", "ReplicationSlotDiskUsage", kMaximum, kBytes, "Disk space held for replication slots (PostgreSQL).", 1, nullptr, 300},
    {"oldest_replication_slot_lag", "OldestReplicationSlotLag", kMaximum, kBytes, "How far the slowest replica is behind in bytes (PostgreSQL).", 1, nullptr, 300},
    {"bin_log_disk_usage", "BinLogDiskUsage", kMaximum, kBytes, "Disk space of MySQL's binary logs.", 1, nullptr, 300},
};
constexpr MetricRow kAurora[] = {
    {"replica_lag", "AuroraReplicaLag", kMaximum, kSeconds, "How far a reader is behind the writer.", kMs},
    {"buffer_cache_hit_ratio", "BufferCacheHitRatio", kAverage, kPercent, "Share of reads that memory answers."},
    {"commit_latency", "CommitLatency", kAverage, kSeconds, "Time of one commit.", kMs},
    {"select_latency", "SelectLatency", kAverage, kSeconds, "Time of one SELECT (MySQL).", kMs},
    {"dml_latency", "DMLLatency", kAverage, kSeconds, "Time of one insert, update or delete (MySQL).", kMs},
    {"deadlocks", "Deadlocks", kAverage, kPerSecond, "Deadlocks in a second."},
    {"queries", "Queries", kAverage, kPerSecond, "Queries in a second (MySQL)."},
    {"login_failures", "LoginFailures", kAverage, kPerSecond, "Refused logins in a second (MySQL)."},
    {"free_local_storage", "FreeLocalStorage", kMinimum, kBytes, "Space for temporary tables and logs."},
    {"serverless_capacity", "ServerlessDatabaseCapacity", kAverage, kCount, "Capacity units in use (Serverless); they are billed."},
    {"serverless_utilization", "ACUUtilization", kAverage, kPercent, "Share of the most capacity units allowed (Serverless v2)."},
    {"volume_bytes_used", "VolumeBytesUsed", kAverage, kBytes, "Storage of a cluster, which is billed.", 1, "DBClusterIdentifier", 300},
    {"volume_read_ops", "VolumeReadIOPs", kSum, kCount, "Billed reads of a cluster from its storage.", 1, "DBClusterIdentifier", 300},
    {"volume_write_ops", "VolumeWriteIOPs", kSum, kCount, "Billed writes of a cluster to its storage.", 1, "DBClusterIdentifier", 300},
};
constexpr MetricRow kDocDb[] = {
    {"cpu_utilization", "CPUUtilization", kAverage, kPercent, "How busy the processors of an instance are."},
    {"freeable_memory", "FreeableMemory", kAverage, kBytes, "Memory that an instance could use."},
    {"database_connections", "DatabaseConnections", kAverage, kCount, "Clients that are connected."},
    {"buffer_cache_hit_ratio", "BufferCacheHitRatio", kAverage, kPercent, "Share of reads that memory answers."},
    {"replica_lag", "DBInstanceReplicaLag", kMaximum, kSeconds, "How far an instance is behind the primary.", kMs},
};
constexpr MetricRow kDynamoDb[] = {
    {"read_capacity", "ConsumedReadCapacityUnits", kSum, kCount, "Read units that a table used."},
    {"write_capacity", "ConsumedWriteCapacityUnits", kSum, kCount, "Write units that a table used."},
    {"provisioned_read_capacity", "ProvisionedReadCapacityUnits", kAverage, kCount, "Read units a second that are paid for.", 1, nullptr, 300},
    {"provisioned_write_capacity", "ProvisionedWriteCapacityUnits", kAverage, kCount, "Write units a second that are paid for.", 1, nullptr, 300},
    {"read_throttle_events", "ReadThrottleEvents", kSum, kCount, "Reads that were refused for lack of capacity."},
    {"write_throttle_events", "WriteThrottleEvents", kSum, kCount, "Writes that were refused for lack of capacity."},
    {"throttled_requests", "ThrottledRequests", kSum, kCount, "Requests that were refused for lack of capacity.", 1, "TableName,Operation"},
    {"system_errors", "SystemErrors", kSum, kCount, "Requests that failed on AWS's side.", 1, "TableName,Operation"},
    {"request_latency", "SuccessfulRequestLatency", kAverage, kSeconds, "Time of one successful request.", kMs, "TableName,Operation"},
    {"conditional_check_failed", "ConditionalCheckFailedRequests", kSum, kCount, "Writes whose condition did not hold."},
    {"transaction_conflicts", "TransactionConflict", kSum, kCount, "Requests that another transaction refused."},
    {"ttl_deleted_items", "TimeToLiveDeletedItemCount", kSum, kCount, "Items that were deleted because their time was over."},
    {"replication_latency", "ReplicationLatency", kAverage, kSeconds, "How long a change takes to another region.", kMs, "TableName,ReceivingRegion"},
};
constexpr MetricRow kElastiCache[] = {
    {"cpu_utilization", "CPUUtilization", kAverage, kPercent, "How busy the processors of a node are."},
    {"engine_cpu_utilization", "EngineCPUUtilization", kAverage, kPercent, "How busy the one thread of Redis is."},
    {"freeable_memory", "FreeableMemory", kAverage, kBytes, "Memory that a node could use."},
    {"memory_usage", "DatabaseMemoryUsagePercentage", kAverage, kPercent, "Share of the memory that data fill."},
    {"bytes_used", "BytesUsedForCache", kAverage, kBytes, "Memory that data fill."},
    {"connections", "CurrConnections", kAverage, kCount, "Clients that are connected."},
    {"new_connections", "NewConnections", kSum, kCount, "Clients that connected."},
    {"cache_hits", "CacheHits", kSum, kCount, "Reads that found their key."},
    {"cache_misses", "CacheMisses", kSum, kCount, "Reads that did not find their key."},
    {"cache_hit_rate", "CacheHitRate", kAverage, kPercent, "Share of the reads that found their key."},
    {"evictions", "Evictions", kSum, kCount, "Keys that were thrown out to make room."},
    {"items", "CurrItems", kAverage, kCount, "Keys in the cache."},
    {"replication_lag", "ReplicationLag", kMaximum, kSeconds, "How far a replica is behind."},
    {"swap_usage", "SwapUsage", kAverage, kBytes, "Memory that had to move to disk."},
    {"network_bytes_in", "NetworkBytesIn", kSum, kBytes, "Bytes a node received."},
    {"network_bytes_out", "NetworkBytesOut", kSum, kBytes, "Bytes a node sent."},
};
constexpr MetricRow kRedshift[] = {
    {"cpu_utilization", "CPUUtilization", kAverage, kPercent, "How busy the processors of a cluster are."},
    {"disk_space_used", "PercentageDiskSpaceUsed", kMaximum, kPercent, "Share of the disks that is full."},
    {"database_connections", "DatabaseConnections", kAverage, kCount, "Clients that are connected."},
    {"health_status", "HealthStatus", kMinimum, kCount, "1 while a cluster answers, 0 while it does not."},
    {"maintenance_mode", "MaintenanceMode", kMaximum, kCount, "1 while a cluster is under maintenance."},
    {"read_iops", "ReadIOPS", kAverage, kPerSecond, "Reads from disk in a second."},
    {"write_iops", "WriteIOPS", kAverage, kPerSecond, "Writes to disk in a second."},
    {"concurrency_scaling_seconds", "ConcurrencyScalingSeconds", kSum, kSeconds, "Time of additional clusters for peaks; beyond the free hour it is billed."},
};
constexpr MetricRow kOpenSearch[] = {
    {"cpu_utilization", "CPUUtilization", kMaximum, kPercent, "How busy the busiest node is."},
    {"jvm_memory_pressure", "JVMMemoryPressure", kMaximum, kPercent, "Share of Java's memory in use on the fullest node."},
    {"free_storage_space", "FreeStorageSpace", kMinimum, kBytes, "Disk space left on the fullest node.", kMiB},
    {"cluster_status_red", "ClusterStatus.red", kMaximum, kCount, "1 while data cannot be read because a shard is nowhere."},
    {"cluster_status_yellow", "ClusterStatus.yellow", kMaximum, kCount, "1 while copies of shards are missing."},
    {"index_writes_blocked", "ClusterIndexWritesBlocked", kMaximum, kCount, "1 while nothing can be written."},
    {"snapshot_failure", "AutomatedSnapshotFailure", kMaximum, kCount, "1 when the automatic snapshot failed."},
    {"nodes", "Nodes", kMinimum, kCount, "Nodes of the domain."},
    {"search_latency", "SearchLatency", kAverage, kSeconds, "Time of one search on a node.", kMs},
    {"indexing_latency", "IndexingLatency", kAverage, kSeconds, "Time of one write to an index on a node.", kMs},
};
constexpr MetricRow kLambda[] = {
    {"invocations", "Invocations", kSum, kCount, "Calls of a function."},
    {"errors", "Errors", kSum, kCount, "Calls that ended with an error."},
    {"throttles", "Throttles", kSum, kCount, "Calls that were refused because too many ran."},
    {"duration", "Duration", kAverage, kSeconds, "Time of one call; it is billed.", kMs},
    {"concurrent_executions", "ConcurrentExecutions", kMaximum, kCount, "Calls that run at once."},
    {"iterator_age", "IteratorAge", kMaximum, kSeconds, "Age of the oldest record read from a stream: how far behind a function is.", kMs},
    {"dead_letter_errors", "DeadLetterErrors", kSum, kCount, "Failed events that could not even be put aside."},
    {"destination_delivery_failures", "DestinationDeliveryFailures", kSum, kCount, "Results that could not be handed on."},
    {"async_events_received", "AsyncEventsReceived", kSum, kCount, "Events that were queued for a function."},
    {"async_events_dropped", "AsyncEventsDropped", kSum, kCount, "Queued events that were given up."},
    {"async_event_age", "AsyncEventAge", kMaximum, kSeconds, "How long events waited for a function.", kMs},
    {"recursive_invocations_dropped", "RecursiveInvocationsDropped", kSum, kCount, "Calls stopped because a function called itself without end."},
    {"provisioned_concurrency_utilization", "ProvisionedConcurrencyUtilization", kMaximum, kPercent, "Share of the reserved, paid places in use.", kRatio, "FunctionName,Resource"},
};
constexpr MetricRow kAlb[] = {
    {"requests", "HTTPCode_Target_2XX_Count", kSum, kCount, "Requests by class of their answer (code_class: 2xx to 5xx) and by who answered (answered_by: target or load_balancer).", 1, nullptr, 0, "code_class=2xx,answered_by=target"},
    {"requests", "HTTPCode_Target_3XX_Count", kSum, kCount, "", 1, nullptr, 0, "code_class=3xx,answered_by=target"},
    {"requests", "HTTPCode_Target_4XX_Count", kSum, kCount, "", 1, nullptr, 0, "code_class=4xx,answered_by=target"},
    {"requests", "HTTPCode_Target_5XX_Count", kSum, kCount, "", 1, nullptr, 0, "code_class=5xx,answered_by=target"},
    {"requests", "HTTPCode_ELB_3XX_Count", kSum, kCount, "", 1, nullptr, 0, "code_class=3xx,answered_by=load_balancer"},
    {"requests", "HTTPCode_ELB_4XX_Count", kSum, kCount, "", 1, nullptr, 0, "code_class=4xx,answered_by=load_balancer"},
    {"requests", "HTTPCode_ELB_5XX_Count", kSum, kCount, "", 1, nullptr, 0, "code_class=5xx,answered_by=load_balancer"},
    {"request_count", "RequestCount", kSum, kCount, "Requests that reached a target."},
    {"target_response_time", "TargetResponseTime", kAverage, kSeconds, "Time until a target begins to answer."},
    {"target_5xx", "HTTPCode_Target_5XX_Count", kSum, kCount, "Answers of targets that are server errors."},
    {"target_4xx", "HTTPCode_Target_4XX_Count", kSum, kCount, "Answers of targets that are client errors."},
    {"elb_5xx", "HTTPCode_ELB_5XX_Count", kSum, kCount, "Server errors of the load balancer itself, as when no target is healthy."},
    {"elb_4xx", "HTTPCode_ELB_4XX_Count", kSum, kCount, "Client errors that the load balancer itself answered."},
    {"healthy_host_count", "HealthyHostCount", kMinimum, kCount, "Targets that pass their health check.", 1, "LoadBalancer,TargetGroup"},
    {"unhealthy_host_count", "UnHealthyHostCount", kMaximum, kCount, "Targets that fail their health check.", 1, "LoadBalancer,TargetGroup"},
    {"target_connection_errors", "TargetConnectionErrorCount", kSum, kCount, "Connections to targets that failed."},
    {"active_connections", "ActiveConnectionCount", kSum, kCount, "Connections at once, from clients and to targets."},
    {"new_connections", "NewConnectionCount", kSum, kCount, "Connections that were opened."},
    {"rejected_connections", "RejectedConnectionCount", kSum, kCount, "Connections refused because the load balancer was full."},
    {"processed_bytes", "ProcessedBytes", kSum, kBytes, "Bytes that went through."},
    {"consumed_lcus", "ConsumedLCUs", kAverage, kCount, "Load balancer capacity units, which are billed."},
    {"tls_negotiation_errors", "ClientTLSNegotiationErrorCount", kSum, kCount, "Clients that could not agree on encryption."},
};
constexpr MetricRow kNlb[] = {
    {"processed_bytes", "ProcessedBytes", kSum, kBytes, "Bytes that went through."},
    {"processed_packets", "ProcessedPackets", kSum, kCount, "Packets that went through."},
    {"active_flows", "ActiveFlowCount", kAverage, kCount, "Connections at once."},
    {"new_flows", "NewFlowCount", kSum, kCount, "Connections that were opened."},
    {"consumed_lcus", "ConsumedLCUs", kAverage, kCount, "Load balancer capacity units, which are billed."},
    {"healthy_host_count", "HealthyHostCount", kMinimum, kCount, "Targets that pass their health check.", 1, "LoadBalancer,TargetGroup"},
    {"unhealthy_host_count", "UnHealthyHostCount", kMaximum, kCount, "Targets that fail their health check.", 1, "LoadBalancer,TargetGroup"},
    {"client_resets", "TCP_Client_Reset_Count", kSum, kCount, "Connections that clients cut."},
    {"target_resets", "TCP_Target_Reset_Count", kSum, kCount, "Connections that targets cut."},
    {"port_allocation_errors", "PortAllocationErrorCount", kSum, kCount, "Connections that failed because no port was free."},
};
constexpr MetricRow kElb[] = {
    {"request_count", "RequestCount", kSum, kCount, "Requests or connections that were handed on."},
    {"latency", "Latency", kAverage, kSeconds, "Time until an instance begins to answer."},
    {"backend_5xx", "HTTPCode_Backend_5XX", kSum, kCount, "Answers of instances that are server errors."},
    {"elb_5xx", "HTTPCode_ELB_5XX", kSum, kCount, "Server errors of the load balancer itself."},
    {"healthy_host_count", "HealthyHostCount", kMinimum, kCount, "Instances that pass their health check."},
    {"unhealthy_host_count", "UnHealthyHostCount", kMaximum, kCount, "Instances that fail their health check."},
    {"surge_queue_length", "SurgeQueueLength", kMaximum, kCount, "Requests that wait for an instance."},
    {"spillover_count", "SpilloverCount", kSum, kCount, "Requests refused because the queue was full."},
};
constexpr MetricRow kSqs[] = {
    {"messages_visible", "ApproximateNumberOfMessagesVisible", kMaximum, kCount, "Messages that wait."},
    {"messages_in_flight", "ApproximateNumberOfMessagesNotVisible", kMaximum, kCount, "Messages that were taken and are not done."},
    {"messages_delayed", "ApproximateNumberOfMessagesDelayed", kMaximum, kCount, "Messages that may not be taken yet."},
    {"oldest_message_age", "ApproximateAgeOfOldestMessage", kMaximum, kSeconds, "How long the oldest message has waited."},
    {"messages_sent", "NumberOfMessagesSent", kSum, kCount, "Messages that were put in."},
    {"messages_received", "NumberOfMessagesReceived", kSum, kCount, "Messages that were taken."},
    {"messages_deleted", "NumberOfMessagesDeleted", kSum, kCount, "Messages that were done."},
    {"empty_receives", "NumberOfEmptyReceives", kSum, kCount, "Questions for messages that found none; they are billed too."},
    {"sent_message_size", "SentMessageSize", kAverage, kBytes, "Size of one message."},
};
constexpr MetricRow kSns[] = {
    {"messages_published", "NumberOfMessagesPublished", kSum, kCount, "Messages sent to a topic."},
    {"notifications_delivered", "NumberOfNotificationsDelivered", kSum, kCount, "Messages that reached a subscriber."},
    {"notifications_failed", "NumberOfNotificationsFailed", kSum, kCount, "Messages that did not reach a subscriber."},
    {"notifications_filtered_out", "NumberOfNotificationsFilteredOut", kSum, kCount, "Messages that a subscription's filter held back."},
    {"publish_size", "PublishSize", kAverage, kBytes, "Size of one message."},
};
constexpr MetricRow kKinesis[] = {
    {"incoming_bytes", "IncomingBytes", kSum, kBytes, "Bytes put into a stream."},
    {"incoming_records", "IncomingRecords", kSum, kCount, "Records put into a stream."},
    {"outgoing_bytes", "GetRecords.Bytes", kSum, kBytes, "Bytes read from a stream."},
    {"iterator_age", "GetRecords.IteratorAgeMilliseconds", kMaximum, kSeconds, "Age of the last record read: how far the readers are behind.", kMs},
    {"read_throttles", "ReadProvisionedThroughputExceeded", kSum, kCount, "Reads that were refused for lack of capacity."},
    {"write_throttles", "WriteProvisionedThroughputExceeded", kSum, kCount, "Writes that were refused for lack of capacity."},
};
constexpr MetricRow kFirehose[] = {
    {"incoming_bytes", "IncomingBytes", kSum, kBytes, "Bytes put into a delivery stream."},
    {"incoming_records", "IncomingRecords", kSum, kCount, "Records put into a delivery stream."},
    {"s3_data_freshness", "DeliveryToS3.DataFreshness", kMaximum, kSeconds, "Age of the oldest record that is not in S3 yet."},
    {"s3_delivery_success", "DeliveryToS3.Success", kAverage, kPercent, "Share of the deliveries to S3 that worked.", kRatio},
    {"throttled_records", "ThrottledRecords", kSum, kCount, "Records that were refused for lack of capacity."},
};
constexpr MetricRow kMsk[] = {
    {"cpu_user", "CpuUser", kAverage, kPercent, "How busy a broker is with its own work."},
    {"cpu_system", "CpuSystem", kAverage, kPercent, "How busy a broker is inside its operating system."},
    {"disk_used", "KafkaDataLogsDiskUsed", kMaximum, kPercent, "Share of a broker's disk that data fill."},
    {"bytes_in", "BytesInPerSec", kAverage, kBytesPerSecond, "Bytes a broker receives from clients in a second."},
    {"bytes_out", "BytesOutPerSec", kAverage, kBytesPerSecond, "Bytes a broker sends to clients in a second."},
    {"messages_in", "MessagesInPerSec", kAverage, kPerSecond, "Messages a broker receives in a second."},
    {"under_replicated_partitions", "UnderReplicatedPartitions", kMaximum, kCount, "Partitions that lack a copy."},
    {"offline_partitions", "OfflinePartitionsCount", kMaximum, kCount, "Partitions that nobody serves.", 1, "Cluster Name"},
    {"active_controllers", "ActiveControllerCount", kSum, kCount, "Brokers that lead the cluster; one is right.", 1, "Cluster Name"},
    {"max_offset_lag", "MaxOffsetLag", kMaximum, kCount, "Messages by which a group of readers is behind in a topic.", 1, "Cluster Name,Consumer Group,Topic"},
};
constexpr MetricRow kMq[] = {
    {"cpu_utilization", "CpuUtilization", kAverage, kPercent, "How busy the processors of a broker are."},
    {"heap_usage", "HeapUsage", kAverage, kPercent, "Share of ActiveMQ's memory in use."},
    {"store_percent_usage", "StorePercentUsage", kMaximum, kPercent, "Share of the disk that messages fill."},
    {"queue_size", "QueueSize", kMaximum, kCount, "Messages that wait in a queue (ActiveMQ).", 1, "Broker,Queue"},
    {"message_count", "MessageCount", kMaximum, kCount, "Messages in all queues of a broker (RabbitMQ)."},
};
constexpr MetricRow kS3[] = {
    {"bucket_size", "BucketSizeBytes", kAverage, kBytes, "Bytes a bucket holds, by storage class."},
    {"objects", "NumberOfObjects", kAverage, kCount, "Objects a bucket holds."},
};
constexpr MetricRow kS3Requests[] = {
    {"requests", "AllRequests", kSum, kCount, "Requests to a bucket (request metrics switched on)."},
    {"get_requests", "GetRequests", kSum, kCount, "Objects that were read."},
    {"put_requests", "PutRequests", kSum, kCount, "Objects that were written."},
    {"list_requests", "ListRequests", kSum, kCount, "Times a bucket was listed."},
    {"errors_4xx", "4xxErrors", kSum, kCount, "Requests that were refused."},
    {"errors_5xx", "5xxErrors", kSum, kCount, "Requests that failed on AWS's side."},
    {"first_byte_latency", "FirstByteLatency", kAverage, kSeconds, "Time until the first byte of an answer.", kMs},
    {"request_latency", "TotalRequestLatency", kAverage, kSeconds, "Time until the last byte of an answer.", kMs},
    {"bytes_downloaded", "BytesDownloaded", kSum, kBytes, "Bytes that were read."},
    {"bytes_uploaded", "BytesUploaded", kSum, kBytes, "Bytes that were written."},
};
constexpr MetricRow kEfs[] = {
    {"percent_io_limit", "PercentIOLimit", kMaximum, kPercent, "How near a file system is to the most reads and writes it can do."},
    {"burst_credit_balance", "BurstCreditBalance", kMinimum, kBytes, "What is left of the burst."},
    {"permitted_throughput", "PermittedThroughput", kAverage, kBytesPerSecond, "Throughput that a file system may have."},
    {"metered_io_bytes", "MeteredIOBytes", kSum, kBytes, "Bytes that count against the throughput."},
    {"data_read_bytes", "DataReadIOBytes", kSum, kBytes, "Bytes that were read."},
    {"data_write_bytes", "DataWriteIOBytes", kSum, kBytes, "Bytes that were written."},
    {"client_connections", "ClientConnections", kSum, kCount, "Clients that are connected."},
    {"storage_bytes", "StorageBytes", kAverage, kBytes, "Size of a file system by storage class, which is billed.", 1, "FileSystemId,StorageClass", 900},
};
constexpr MetricRow kNat[] = {
    {"bytes_out", "BytesOutToDestination", kSum, kBytes, "Bytes sent out through a NAT gateway."},
    {"bytes_in", "BytesInFromDestination", kSum, kBytes, "Bytes that came back through a NAT gateway."},
    {"connections", "ActiveConnectionCount", kMaximum, kCount, "Connections at once."},
    {"connection_attempts", "ConnectionAttemptCount", kSum, kCount, "Connections that were tried."},
    {"packets_dropped", "PacketsDropCount", kSum, kCount, "Packets that were lost in the gateway."},
    {"port_allocation_errors", "ErrorPortAllocation", kSum, kCount, "Connections that failed because no port was free."},
    {"idle_timeouts", "IdleTimeoutCount", kSum, kCount, "Connections closed because nothing came."},
};
constexpr MetricRow kVpn[] = {
    {"tunnel_state", "TunnelState", kMinimum, kCount, "1 while the tunnels are up, 0 while they are down."},
    {"tunnel_data_in", "TunnelDataIn", kSum, kBytes, "Bytes received through a tunnel."},
    {"tunnel_data_out", "TunnelDataOut", kSum, kBytes, "Bytes sent through a tunnel."},
};
constexpr MetricRow kDx[] = {
    {"connection_state", "ConnectionState", kMinimum, kCount, "1 while a line is up, 0 while it is down."},
    {"bytes_in", "ConnectionBpsIngress", kAverage, kBytesPerSecond, "Bytes a second into AWS.", kBits},
    {"bytes_out", "ConnectionBpsEgress", kAverage, kBytesPerSecond, "Bytes a second out of AWS.", kBits},
};
constexpr MetricRow kTgw[] = {
    {"bytes_in", "BytesIn", kSum, kBytes, "Bytes a transit gateway received."},
    {"bytes_out", "BytesOut", kSum, kBytes, "Bytes a transit gateway sent."},
    {"packets_dropped_no_route", "PacketDropCountNoRoute", kSum, kCount, "Packets that no route fits."},
    {"packets_dropped_blackhole", "PacketDropCountBlackhole", kSum, kCount, "Packets whose route leads nowhere."},
};
constexpr MetricRow kRoute53[] = {
    {"health_check_status", "HealthCheckStatus", kMinimum, kCount, "1 while a health check is passed, 0 while it is not."},
    {"health_check_healthy", "HealthCheckPercentageHealthy", kMinimum, kPercent, "Share of the places that find it healthy."},
    {"time_to_first_byte", "TimeToFirstByte", kAverage, kSeconds, "Time until the first byte of an answer.", kMs, "HealthCheckId,Region"},
};
constexpr MetricRow kCloudFront[] = {
    {"requests", "Requests", kSum, kCount, "Requests of viewers."},
    {"bytes_downloaded", "BytesDownloaded", kSum, kBytes, "Bytes that viewers received; they are billed."},
    {"bytes_uploaded", "BytesUploaded", kSum, kBytes, "Bytes that viewers sent."},
    {"error_rate", "TotalErrorRate", kAverage, kPercent, "Share of the requests that failed."},
    {"error_rate_4xx", "4xxErrorRate", kAverage, kPercent, "Share of the requests that are client errors."},
    {"error_rate_5xx", "5xxErrorRate", kAverage, kPercent, "Share of the requests that are server errors."},
    {"cache_hit_rate", "CacheHitRate", kAverage, kPercent, "Share of the requests that the cache answers (additional metrics switched on)."},
    {"origin_latency", "OriginLatency", "p99", kSeconds, "Time the origin takes (additional metrics switched on).", kMs},
};
constexpr MetricRow kApiGateway[] = {
    {"requests", "Count", kSum, kCount, "Requests to an API."},
    {"errors_4xx", "4XXError", kSum, kCount, "Requests that are client errors."},
    {"errors_5xx", "5XXError", kSum, kCount, "Requests that are server errors."},
    {"latency", "Latency", kAverage, kSeconds, "Time of one request.", kMs},
    {"integration_latency", "IntegrationLatency", kAverage, kSeconds, "Time of one request behind the API.", kMs},
};
constexpr MetricRow kStepFunctions[] = {
    {"executions_started", "ExecutionsStarted", kSum, kCount, "Runs that began."},
    {"executions_succeeded", "ExecutionsSucceeded", kSum, kCount, "Runs that ended well."},
    {"executions_failed", "ExecutionsFailed", kSum, kCount, "Runs that failed."},
    {"executions_aborted", "ExecutionsAborted", kSum, kCount, "Runs that were stopped."},
    {"executions_timed_out", "ExecutionsTimedOut", kSum, kCount, "Runs that took too long."},
    {"execution_time", "ExecutionTime", kAverage, kSeconds, "Time of one run.", kMs},
};
constexpr MetricRow kEventBridge[] = {
    {"invocations", "Invocations", kSum, kCount, "Targets that a rule called."},
    {"failed_invocations", "FailedInvocations", kSum, kCount, "Targets that could not be called at all."},
    {"triggered_rules", "TriggeredRules", kSum, kCount, "Events that matched a rule."},
    {"throttled_rules", "ThrottledRules", kSum, kCount, "Matches that had to wait."},
    {"sent_to_dlq", "InvocationsSentToDlq", kSum, kCount, "Events put aside because no target took them."},
};
constexpr MetricRow kEcs[] = {
    {"cpu_utilization", "CPUUtilization", kAverage, kPercent, "How busy the processors of a service are."},
    {"memory_utilization", "MemoryUtilization", kAverage, kPercent, "Share of its memory that a service uses."},
    {"cpu_reservation", "CPUReservation", kAverage, kPercent, "Share of a cluster's processors that is taken.", 1, "ClusterName"},
    {"memory_reservation", "MemoryReservation", kAverage, kPercent, "Share of a cluster's memory that is taken.", 1, "ClusterName"},
};
constexpr MetricRow kEcsInsights[] = {
    {"running_tasks", "RunningTaskCount", kMinimum, kCount, "Tasks that run (Container Insights switched on)."},
    {"desired_tasks", "DesiredTaskCount", kAverage, kCount, "Tasks that should run (Container Insights switched on)."},
    {"pending_tasks", "PendingTaskCount", kMaximum, kCount, "Tasks that wait to run (Container Insights switched on)."},
};
constexpr MetricRow kEks[] = {
    {"nodes", "cluster_node_count", kMinimum, kCount, "Nodes of a cluster (Container Insights switched on)."},
    {"failed_nodes", "cluster_failed_node_count", kMaximum, kCount, "Nodes of a cluster that are not ready."},
    {"node_cpu_utilization", "node_cpu_utilization", kAverage, kPercent, "How busy the processors of all nodes are."},
    {"node_memory_utilization", "node_memory_utilization", kAverage, kPercent, "Share of the memory of all nodes in use."},
    {"node_filesystem_utilization", "node_filesystem_utilization", kMaximum, kPercent, "Share of the disks of nodes that is full."},
    {"container_restarts", "pod_number_of_container_restarts", kMaximum, kCount, "Times the containers of a pod began anew.", 1, "ClusterName,Namespace,PodName"},
};
constexpr MetricRow kAutoScaling[] = {
    {"desired_capacity", "GroupDesiredCapacity", kAverage, kCount, "Machines that a group should have (group metrics switched on)."},
    {"in_service_instances", "GroupInServiceInstances", kMinimum, kCount, "Machines of a group that work."},
    {"pending_instances", "GroupPendingInstances", kMaximum, kCount, "Machines of a group that start."},
    {"total_instances", "GroupTotalInstances", kMaximum, kCount, "Machines of a group in any state."},
    {"max_size", "GroupMaxSize", kMaximum, kCount, "The most machines a group may have."},
};
constexpr MetricRow kBedrock[] = {
    {"invocations", "Invocations", kSum, kCount, "Requests to a model."},
    {"input_tokens", "InputTokenCount", kSum, kCount, "Tokens sent to a model; they are billed."},
    {"output_tokens", "OutputTokenCount", kSum, kCount, "Tokens a model wrote; they are billed."},
    {"invocation_latency", "InvocationLatency", kAverage, kSeconds, "Time of one request.", kMs},
    {"throttles", "InvocationThrottles", kSum, kCount, "Requests that were refused for lack of quota."},
    {"client_errors", "InvocationClientErrors", kSum, kCount, "Requests that are client errors."},
    {"server_errors", "InvocationServerErrors", kSum, kCount, "Requests that failed on AWS's side."},
};
constexpr MetricRow kSageMaker[] = {
    {"invocations", "Invocations", kSum, kCount, "Requests to an endpoint."},
    {"errors_5xx", "Invocation5XXErrors", kSum, kCount, "Requests that are server errors."},
    {"model_latency", "ModelLatency", kAverage, kSeconds, "Time the model takes.", 1e-6},
};
constexpr MetricRow kEmr[] = {
    {"is_idle", "IsIdle", kMinimum, kCount, "1 while a cluster costs money and does nothing."},
    {"hdfs_utilization", "HDFSUtilization", kMaximum, kPercent, "Share of the cluster's file system that is full."},
    {"yarn_memory_available", "YARNMemoryAvailablePercentage", kMinimum, kPercent, "Share of the memory that is free for work."},
};
constexpr MetricRow kDms[] = {
    {"cdc_latency_source", "CDCLatencySource", kMaximum, kSeconds, "How far a migration is behind its source."},
    {"cdc_latency_target", "CDCLatencyTarget", kMaximum, kSeconds, "How far the target of a migration is behind."},
};
constexpr MetricRow kBackup[] = {
    {"jobs_completed", "NumberOfBackupJobsCompleted", kSum, kCount, "Backups that were made."},
    {"jobs_failed", "NumberOfBackupJobsFailed", kSum, kCount, "Backups that failed."},
};
constexpr MetricRow kAcm[] = {
    {"time_to_expiry", "DaysToExpiry", kMinimum, kSeconds, "How long a certificate is still valid.", 86400},
};
constexpr MetricRow kWaf[] = {
    {"allowed_requests", "AllowedRequests", kSum, kCount, "Requests that were let through."},
    {"blocked_requests", "BlockedRequests", kSum, kCount, "Requests that were blocked."},
};
constexpr MetricRow kLogs[] = {
    {"incoming_bytes", "IncomingBytes", kSum, kBytes, "Bytes of logs taken in, which are billed."},
    {"incoming_events", "IncomingLogEvents", kSum, kCount, "Log lines taken in."},
};
constexpr MetricRow kWorkSpaces[] = {
    {"user_connected", "UserConnected", kMaximum, kCount, "1 while a person uses a desktop."},
    {"unhealthy", "Unhealthy", kMaximum, kCount, "1 while a desktop does not answer."},
};
constexpr MetricRow kBilling[] = {
    {"estimated_charges", "EstimatedCharges", kMaximum, "USD", "What AWS expects the month to cost so far; it grows through the month."},
};

constexpr MetricService kServices[] = {
    {"aws.ec2", "Amazon EC2 (machines)", "AWS/EC2", "InstanceId", 300, kEc2},
    {"aws.ec2", "Amazon EC2 (machines)", "EC2 API", "", 300, kEc2Inventory},
    {"aws.ebs", "Amazon EBS (disks)", "AWS/EBS", "VolumeId", 300, kEbs},
    {"aws.rds", "Amazon RDS (databases)", "AWS/RDS", "DBInstanceIdentifier", 60, kRds},
    {"aws.aurora", "Amazon Aurora (databases)", "AWS/RDS", "DBInstanceIdentifier", 60, kAurora},
    {"aws.docdb", "Amazon DocumentDB (databases)", "AWS/DocDB", "DBInstanceIdentifier", 60, kDocDb},
    {"aws.dynamodb", "Amazon DynamoDB (tables)", "AWS/DynamoDB", "TableName", 60, kDynamoDb},
    {"aws.elasticache", "Amazon ElastiCache (caches)", "AWS/ElastiCache", "CacheClusterId", 60, kElastiCache},
    {"aws.redshift", "Amazon Redshift (warehouses)", "AWS/Redshift", "ClusterIdentifier", 300, kRedshift},
    {"aws.opensearch", "Amazon OpenSearch (search)", "AWS/ES", "DomainName,ClientId", 60, kOpenSearch},
    {"aws.lambda", "AWS Lambda (functions)", "AWS/Lambda", "FunctionName", 60, kLambda},
    {"aws.alb", "Application Load Balancer", "AWS/ApplicationELB", "LoadBalancer", 60, kAlb},
    {"aws.nlb", "Network Load Balancer", "AWS/NetworkELB", "LoadBalancer", 60, kNlb},
    {"aws.elb", "Classic Load Balancer", "AWS/ELB", "LoadBalancerName", 60, kElb},
    {"aws.sqs", "Amazon SQS (queues)", "AWS/SQS", "QueueName", 60, kSqs},
    {"aws.sns", "Amazon SNS (topics)", "AWS/SNS", "TopicName", 300, kSns},
    {"aws.kinesis", "Amazon Kinesis (streams)", "AWS/Kinesis", "StreamName", 60, kKinesis},
    {"aws.firehose", "Amazon Data Firehose (delivery)", "AWS/Firehose", "DeliveryStreamName", 60, kFirehose},
    {"aws.msk", "Amazon MSK (Kafka)", "AWS/Kafka", "Cluster Name,Broker ID", 60, kMsk},
    {"aws.mq", "Amazon MQ (brokers)", "AWS/AmazonMQ", "Broker", 60, kMq},
    {"aws.s3", "Amazon S3 (storage)", "AWS/S3", "BucketName,StorageType", 86400, kS3},
    {"aws.s3", "Amazon S3 (storage)", "AWS/S3", "BucketName,FilterId", 60, kS3Requests},
    {"aws.efs", "Amazon EFS (file systems)", "AWS/EFS", "FileSystemId", 60, kEfs},
    {"aws.nat", "NAT gateway", "AWS/NATGateway", "NatGatewayId", 60, kNat},
    {"aws.vpn", "AWS Site-to-Site VPN", "AWS/VPN", "VpnId", 300, kVpn},
    {"aws.dx", "AWS Direct Connect (lines)", "AWS/DX", "ConnectionId", 300, kDx},
    {"aws.tgw", "AWS Transit Gateway", "AWS/TransitGateway", "TransitGateway", 60, kTgw},
    {"aws.route53", "Amazon Route 53 (health checks)", "AWS/Route53", "HealthCheckId", 60, kRoute53},
    {"aws.cloudfront", "Amazon CloudFront (CDN); its metrics are in us-east-1", "AWS/CloudFront", "DistributionId,Region", 60, kCloudFront},
    {"aws.api_gateway", "Amazon API Gateway", "AWS/ApiGateway", "ApiName", 60, kApiGateway},
    {"aws.step_functions", "AWS Step Functions (workflows)", "AWS/States", "StateMachineArn", 60, kStepFunctions},
    {"aws.eventbridge", "Amazon EventBridge (events)", "AWS/Events", "RuleName", 60, kEventBridge},
    {"aws.ecs", "Amazon ECS (containers)", "AWS/ECS", "ClusterName,ServiceName", 60, kEcs},
    {"aws.ecs", "Amazon ECS (containers)", "ECS/ContainerInsights", "ClusterName,ServiceName", 60, kEcsInsights},
    {"aws.eks", "Amazon EKS (Kubernetes)", "ContainerInsights", "ClusterName", 60, kEks},
    {"aws.autoscaling", "Auto Scaling groups", "AWS/AutoScaling", "AutoScalingGroupName", 60, kAutoScaling},
    {"aws.bedrock", "Amazon Bedrock (models)", "AWS/Bedrock", "ModelId", 60, kBedrock},
    {"aws.sagemaker", "Amazon SageMaker (endpoints)", "AWS/SageMaker", "EndpointName,VariantName", 60, kSageMaker},
    {"aws.emr", "Amazon EMR (clusters)", "AWS/ElasticMapReduce", "JobFlowId", 300, kEmr},
    {"aws.dms", "AWS DMS (migrations)", "AWS/DMS", "ReplicationInstanceIdentifier,ReplicationTaskIdentifier", 60, kDms},
    {"aws.backup", "AWS Backup", "AWS/Backup", "BackupVaultName", 300, kBackup},
    {"aws.acm", "AWS Certificate Manager", "AWS/CertificateManager", "CertificateArn", 86400, kAcm},
    {"aws.waf", "AWS WAF (firewall)", "AWS/WAFV2", "Region,Rule,WebACL", 60, kWaf},
    {"aws.logs", "CloudWatch Logs", "AWS/Logs", "LogGroupName", 60, kLogs},
    {"aws.workspaces", "Amazon WorkSpaces (desktops)", "AWS/WorkSpaces", "WorkspaceId", 300, kWorkSpaces},
    {"aws.billing", "AWS Billing; its metrics are in us-east-1", "AWS/Billing", "Currency,ServiceName", 21600, kBilling},
};

// clang-format on

}  // namespace

absl::Span<const MetricService> AwsServices() { return kServices; }

}  // namespace nephoscope
