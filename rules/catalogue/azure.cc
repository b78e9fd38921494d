// Azure Monitor's platform metrics, as "Supported metrics with Azure Monitor" lists them per resource type (name, unit, aggregation,
// dimensions, time grain). The first of a service's dimensions is the resource itself, the others are Azure's own. Where Azure counts
// milliseconds, MB or bits, `factor` makes seconds, bytes or bytes a second of it.
#include "rules/catalogue/tables.h"

namespace nephoscope {
namespace {

// A row is a line.
// clang-format off

constexpr char kAverage[] = "Average", kTotal[] = "Total", kMaximum[] = "Maximum", kMinimum[] = "Minimum", kCountOf[] = "Count";
constexpr char kPercent[] = "%", kBytes[] = "B", kSeconds[] = "s", kCount[] = "count", kPerSecond[] = "/s", kBytesPerSecond[] = "B/s";
constexpr double kMs = 0.001, kMiB = 1048576, kBits = 0.125;

constexpr MetricRow kVm[] = {
    {"cpu_utilization", "Percentage CPU", kAverage, kPercent, "How busy the processors of a machine are."},
    {"available_memory", "Available Memory Bytes", kMinimum, kBytes, "Memory that is free for programs."},
    {"available_memory_percentage", "Available Memory Percentage", kMinimum, kPercent, "Share of the memory that is free for programs."},
    {"availability", "VmAvailabilityMetric", kMinimum, kCount, "1 while a machine runs and answers, 0 while it does not."},
    {"network_in", "Network In Total", kTotal, kBytes, "Bytes a machine received."},
    {"network_out", "Network Out Total", kTotal, kBytes, "Bytes a machine sent."},
    {"inbound_flows", "Inbound Flows", kMaximum, kCount, "Connections into a machine at once."},
    {"outbound_flows", "Outbound Flows", kMaximum, kCount, "Connections out of a machine at once."},
    {"disk_read_bytes", "Disk Read Bytes", kTotal, kBytes, "Bytes read from disks."},
    {"disk_write_bytes", "Disk Write Bytes", kTotal, kBytes, "Bytes written to disks."},
    {"disk_read_ops", "Disk Read Operations/Sec", kAverage, kPerSecond, "Reads from disks in a second."},
    {"disk_write_ops", "Disk Write Operations/Sec", kAverage, kPerSecond, "Writes to disks in a second."},
    {"os_disk_queue_depth", "OS Disk Queue Depth", kAverage, kCount, "Reads and writes that wait for the system disk."},
    {"os_disk_iops_consumed", "OS Disk IOPS Consumed Percentage", kAverage, kPercent, "Share of the reads and writes that the system disk may do."},
    {"os_disk_bandwidth_consumed", "OS Disk Bandwidth Consumed Percentage", kAverage, kPercent, "Share of the throughput that the system disk may have."},
    {"os_disk_latency", "OS Disk Latency", kAverage, kSeconds, "Time of one read or write of the system disk.", kMs},
    {"data_disk_queue_depth", "Data Disk Queue Depth", kAverage, kCount, "Reads and writes that wait for a data disk.", 1, "vm,LUN"},
    {"data_disk_iops_consumed", "Data Disk IOPS Consumed Percentage", kAverage, kPercent, "Share of the reads and writes that a data disk may do.", 1, "vm,LUN"},
    {"data_disk_bandwidth_consumed", "Data Disk Bandwidth Consumed Percentage", kAverage, kPercent, "Share of the throughput that a data disk may have.", 1, "vm,LUN"},
    {"data_disk_latency", "Data Disk Latency", kAverage, kSeconds, "Time of one read or write of a data disk.", kMs, "vm,LUN"},
    {"cpu_credits_remaining", "CPU Credits Remaining", kAverage, kCount, "Credits a burstable machine has saved; at none it is slowed down."},
    {"cpu_credits_consumed", "CPU Credits Consumed", kAverage, kCount, "Credits a burstable machine spends."},
};
constexpr MetricRow kVmss[] = {
    {"cpu_utilization", "Percentage CPU", kAverage, kPercent, "How busy the processors of a scale set are."},
    {"available_memory", "Available Memory Bytes", kMinimum, kBytes, "Memory that is free for programs."},
    {"availability", "VmAvailabilityMetric", kMinimum, kCount, "1 while the machines run and answer."},
    {"network_in", "Network In Total", kTotal, kBytes, "Bytes the machines received."},
    {"network_out", "Network Out Total", kTotal, kBytes, "Bytes the machines sent."},
    {"disk_read_bytes", "Disk Read Bytes", kTotal, kBytes, "Bytes read from disks."},
    {"disk_write_bytes", "Disk Write Bytes", kTotal, kBytes, "Bytes written to disks."},
};
constexpr MetricRow kStorage[] = {
    {"availability", "Availability", kMinimum, kPercent, "Share of the requests that Azure could serve."},
    {"transactions", "Transactions", kTotal, kCount, "Requests to a storage account; they are billed."},
    {"ingress", "Ingress", kTotal, kBytes, "Bytes written to a storage account."},
    {"egress", "Egress", kTotal, kBytes, "Bytes read from a storage account."},
    {"end_to_end_latency", "SuccessE2ELatency", kAverage, kSeconds, "Time of one request, with the network.", kMs},
    {"server_latency", "SuccessServerLatency", kAverage, kSeconds, "Time of one request inside Azure.", kMs},
    {"used_capacity", "UsedCapacity", kAverage, kBytes, "Bytes a storage account holds, which are billed.", 1, nullptr, 3600},
};
constexpr MetricRow kBlob[] = {
    {"capacity", "BlobCapacity", kAverage, kBytes, "Bytes in blobs, by kind and tier."},
    {"count", "BlobCount", kAverage, kCount, "Blobs, by kind and tier."},
};
constexpr MetricRow kFileShare[] = {
    {"capacity", "FileCapacity", kAverage, kBytes, "Bytes in file shares."},
};
constexpr MetricRow kQueueStorage[] = {
    {"messages", "QueueMessageCount", kAverage, kCount, "Messages in the queues of a storage account."},
};
constexpr MetricRow kSql[] = {
    {"cpu_utilization", "cpu_percent", kAverage, kPercent, "How busy the processors of a database are."},
    {"dtu_utilization", "dtu_consumption_percent", kAverage, kPercent, "Share of the transaction units that are in use."},
    {"memory_utilization", "sql_instance_memory_percent", kMaximum, kPercent, "Share of the memory in use."},
    {"data_io_utilization", "physical_data_read_percent", kAverage, kPercent, "Share of the reads from disk that are allowed."},
    {"log_io_utilization", "log_write_percent", kAverage, kPercent, "Share of the writes to the log that are allowed."},
    {"workers_utilization", "workers_percent", kMaximum, kPercent, "Share of the workers that are busy; at all of them requests are refused."},
    {"sessions_utilization", "sessions_percent", kMaximum, kPercent, "Share of the sessions that are taken."},
    {"sessions", "sessions_count", kAverage, kCount, "Sessions that are open."},
    {"storage_utilization", "storage_percent", kMaximum, kPercent, "Share of the storage that is full."},
    {"storage_used", "storage", kMaximum, kBytes, "Bytes a database holds."},
    {"storage_allocated", "allocated_data_storage", kAverage, kBytes, "Bytes that are set aside for a database."},
    {"connections_successful", "connection_successful", kTotal, kCount, "Logins that worked."},
    {"connections_failed", "connection_failed", kTotal, kCount, "Logins that failed on Azure's side."},
    {"connections_blocked", "blocked_by_firewall", kTotal, kCount, "Logins that the firewall blocked."},
    {"deadlocks", "deadlock", kTotal, kCount, "Deadlocks."},
    {"availability", "availability", kMinimum, kPercent, "100 % while logins work."},
    {"tempdb_log_utilization", "tempdb_log_used_percent", kMaximum, kPercent, "Share of tempdb's log that is full."},
};
constexpr MetricRow kSqlPool[] = {
    {"cpu_utilization", "cpu_percent", kAverage, kPercent, "How busy the processors of a pool are."},
    {"dtu_utilization", "dtu_consumption_percent", kAverage, kPercent, "Share of the pool's transaction units in use."},
    {"storage_utilization", "storage_percent", kMaximum, kPercent, "Share of the pool's storage that is full."},
    {"storage_used", "storage_used", kAverage, kBytes, "Bytes the databases of a pool hold."},
    {"workers_utilization", "workers_percent", kMaximum, kPercent, "Share of the workers that are busy."},
};
constexpr MetricRow kSqlManaged[] = {
    {"cpu_utilization", "avg_cpu_percent", kAverage, kPercent, "How busy the processors of an instance are."},
    {"storage_used", "storage_space_used_mb", kAverage, kBytes, "Bytes an instance holds.", kMiB},
    {"storage_reserved", "reserved_storage_mb", kAverage, kBytes, "Bytes that are paid for.", kMiB},
    {"io_requests", "io_requests", kAverage, kCount, "Reads and writes of disks."},
    {"io_bytes_read", "io_bytes_read", kAverage, kBytes, "Bytes read from disks."},
    {"io_bytes_written", "io_bytes_written", kAverage, kBytes, "Bytes written to disks."},
};
constexpr MetricRow kPostgres[] = {
    {"cpu_utilization", "cpu_percent", kAverage, kPercent, "How busy the processors of a server are."},
    {"memory_utilization", "memory_percent", kAverage, kPercent, "Share of the memory in use."},
    {"storage_utilization", "storage_percent", kMaximum, kPercent, "Share of the storage that is full."},
    {"storage_used", "storage_used", kAverage, kBytes, "Bytes a server holds."},
    {"storage_free", "storage_free", kMinimum, kBytes, "Bytes a server has left."},
    {"transaction_log_storage", "txlogs_storage_used", kAverage, kBytes, "Bytes of transaction logs."},
    {"backup_storage_used", "backup_storage_used", kAverage, kBytes, "Bytes of backups; beyond the free part they are billed."},
    {"active_connections", "active_connections", kAverage, kCount, "Clients that are connected."},
    {"connections_failed", "connections_failed", kTotal, kCount, "Logins that failed."},
    {"connections_succeeded", "connections_succeeded", kTotal, kCount, "Logins that worked."},
    {"alive", "is_db_alive", kMaximum, kCount, "1 while the database answers."},
    {"iops", "iops", kAverage, kPerSecond, "Reads and writes of the disk in a second."},
    {"disk_iops_consumed", "disk_iops_consumed_percentage", kAverage, kPercent, "Share of the reads and writes that are allowed."},
    {"disk_bandwidth_consumed", "disk_bandwidth_consumed_percentage", kAverage, kPercent, "Share of the disk's throughput in use."},
    {"deadlocks", "deadlocks", kTotal, kCount, "Deadlocks (enhanced metrics switched on)."},
    {"longest_transaction", "longest_transaction_time_sec", kMaximum, kSeconds, "Age of the oldest transaction (enhanced metrics switched on)."},
    {"longest_query", "longest_query_time_sec", kMaximum, kSeconds, "Age of the oldest query (enhanced metrics switched on)."},
    {"maximum_used_transaction_ids", "maximum_used_transactionIDs", kMaximum, kCount, "Age of the oldest transaction id; PostgreSQL stops near 2 thousand million."},
    {"replication_delay", "physical_replication_delay_in_seconds", kMaximum, kSeconds, "How far a read replica is behind."},
    {"cpu_credits_remaining", "cpu_credits_remaining", kAverage, kCount, "Credits a burstable server has saved."},
};
constexpr MetricRow kMySql[] = {
    {"cpu_utilization", "cpu_percent", kAverage, kPercent, "How busy the processors of a server are."},
    {"memory_utilization", "memory_percent", kAverage, kPercent, "Share of the memory in use."},
    {"storage_utilization", "storage_percent", kMaximum, kPercent, "Share of the storage that is full."},
    {"storage_used", "storage_used", kMaximum, kBytes, "Bytes a server holds."},
    {"io_utilization", "io_consumption_percent", kAverage, kPercent, "Share of the reads and writes that are allowed."},
    {"active_connections", "active_connections", kMaximum, kCount, "Clients that are connected."},
    {"aborted_connections", "aborted_connections", kTotal, kCount, "Logins that failed."},
    {"queries", "Queries", kTotal, kCount, "Queries."},
    {"slow_queries", "Slow_queries", kTotal, kCount, "Queries that took longer than allowed."},
    {"replication_lag", "replication_lag", kMaximum, kSeconds, "How far a read replica is behind."},
    {"cpu_credits_remaining", "cpu_credits_remaining", kAverage, kCount, "Credits a burstable server has saved.", 1, nullptr, 900},
};
constexpr MetricRow kCosmos[] = {
    {"requests", "TotalRequests", kCountOf, kCount, "Requests, by their status.", 1, "cosmos_account,DatabaseName,CollectionName,StatusCode"},
    {"request_units", "TotalRequestUnits", kTotal, kCount, "Request units used; they are billed."},
    {"ru_utilization", "NormalizedRUConsumption", kMaximum, kPercent, "Share of the request units in use in the busiest partition; at 100 % requests are refused."},
    {"data_usage", "DataUsage", kTotal, kBytes, "Bytes of data, which are billed.", 1, nullptr, 300},
    {"index_usage", "IndexUsage", kTotal, kBytes, "Bytes of indexes, which are billed.", 1, nullptr, 300},
    {"documents", "DocumentCount", kTotal, kCount, "Documents.", 1, nullptr, 300},
    {"provisioned_throughput", "ProvisionedThroughput", kMaximum, kCount, "Request units a second that are paid for.", 1, nullptr, 300},
    {"availability", "ServiceAvailability", kMinimum, kPercent, "Share of the requests that Azure could serve.", 1, "cosmos_account", 3600},
};
constexpr MetricRow kRedis[] = {
    {"cpu_utilization", "percentProcessorTime", kMaximum, kPercent, "How busy the processors of a cache are."},
    {"server_load", "serverLoad", kMaximum, kPercent, "How busy the one thread of Redis is."},
    {"memory_utilization", "usedmemorypercentage", kMaximum, kPercent, "Share of the memory that data fill."},
    {"used_memory", "usedmemory", kMaximum, kBytes, "Memory that data fill."},
    {"connected_clients", "connectedclients", kMaximum, kCount, "Clients that are connected."},
    {"operations_per_second", "operationsPerSecond", kMaximum, kCount, "Commands in a second."},
    {"cache_hits", "cachehits", kTotal, kCount, "Reads that found their key."},
    {"cache_misses", "cachemisses", kTotal, kCount, "Reads that did not find their key."},
    {"evicted_keys", "evictedkeys", kTotal, kCount, "Keys that were thrown out to make room."},
    {"errors", "errors", kMaximum, kCount, "Failures of a cache, by kind.", 1, "cache,ErrorType"},
};
constexpr MetricRow kAppService[] = {
    {"requests", "Requests", kTotal, kCount, "Requests to an app."},
    {"response_time", "HttpResponseTime", kAverage, kSeconds, "Time of one request."},
    {"http_2xx", "Http2xx", kTotal, kCount, "Requests that ended well."},
    {"http_3xx", "Http3xx", kTotal, kCount, "Requests that were sent elsewhere."},
    {"http_4xx", "Http4xx", kTotal, kCount, "Requests that are client errors."},
    {"http_5xx", "Http5xx", kTotal, kCount, "Requests that are server errors."},
    {"cpu_time", "CpuTime", kTotal, kSeconds, "Processor time of an app."},
    {"memory_working_set", "MemoryWorkingSet", kAverage, kBytes, "Memory of an app."},
    {"bytes_received", "BytesReceived", kTotal, kBytes, "Bytes an app received."},
    {"bytes_sent", "BytesSent", kTotal, kBytes, "Bytes an app sent."},
    {"connections", "AppConnections", kAverage, kCount, "Connections that an app holds."},
    {"queued_requests", "RequestsInApplicationQueue", kAverage, kCount, "Requests that wait for an app."},
    {"instances", "InstanceCount", kAverage, kCount, "Instances of an app."},
};
constexpr MetricRow kFunction[] = {
    {"executions", "FunctionExecutionCount", kTotal, kCount, "Calls of the functions of an app."},
    {"execution_units", "FunctionExecutionUnits", kTotal, kCount, "Memory times time of functions (MB-milliseconds); they are billed."},
};
constexpr MetricRow kAppPlan[] = {
    {"cpu_utilization", "CpuPercentage", kAverage, kPercent, "How busy the processors of a plan are."},
    {"memory_utilization", "MemoryPercentage", kAverage, kPercent, "Share of a plan's memory in use."},
    {"disk_queue_length", "DiskQueueLength", kAverage, kCount, "Reads and writes that wait for the disk."},
    {"http_queue_length", "HttpQueueLength", kAverage, kCount, "Requests that wait before they are served."},
};
constexpr MetricRow kAks[] = {
    {"node_cpu_utilization", "node_cpu_usage_percentage", kAverage, kPercent, "How busy the processors of nodes are."},
    {"node_memory_utilization", "node_memory_working_set_percentage", kAverage, kPercent, "Share of the memory of nodes in use."},
    {"node_disk_utilization", "node_disk_usage_percentage", kMaximum, kPercent, "Share of the disks of nodes that is full."},
    {"node_network_in", "node_network_in_bytes", kAverage, kBytes, "Bytes nodes received."},
    {"node_network_out", "node_network_out_bytes", kAverage, kBytes, "Bytes nodes sent."},
    {"pods", "kube_pod_status_phase", kAverage, kCount, "Pods by their phase.", 1, "cluster,phase,namespace"},
    {"pods_ready", "kube_pod_status_ready", kAverage, kCount, "Pods that are ready.", 1, "cluster,namespace"},
    {"nodes_by_condition", "kube_node_status_condition", kAverage, kCount, "Nodes by what is said of them.", 1, "cluster,condition,status,node"},
    {"unschedulable_pods", "cluster_autoscaler_unschedulable_pods_count", kAverage, kCount, "Pods for which no node has room.", 1, "cluster", 300},
    {"unneeded_nodes", "cluster_autoscaler_unneeded_nodes_count", kAverage, kCount, "Nodes that could go.", 1, "cluster", 300},
    {"apiserver_inflight_requests", "apiserver_current_inflight_requests", kAverage, kCount, "Requests that the API server works on.", 1, "cluster"},
    {"etcd_database_utilization", "etcd_database_usage_percentage", kMaximum, kPercent, "Share of the cluster's own database that is full.", 1, "cluster"},
};
constexpr MetricRow kContainerApp[] = {
    {"requests", "Requests", kTotal, kCount, "Requests to an app."},
    {"response_time", "ResponseTime", kAverage, kSeconds, "Time of one request.", kMs},
    {"replicas", "Replicas", kMaximum, kCount, "Copies of an app that run."},
    {"restarts", "RestartCount", kMaximum, kCount, "Times the copies of an app began anew."},
    {"cpu_utilization", "CpuPercentage", kAverage, kPercent, "Share of its processors that an app uses."},
    {"memory_utilization", "MemoryPercentage", kAverage, kPercent, "Share of its memory that an app uses."},
};
constexpr MetricRow kContainerGroup[] = {
    {"memory_usage", "MemoryUsage", kAverage, kBytes, "Memory of a container group."},
    {"network_received", "NetworkBytesReceivedPerSecond", kAverage, kBytesPerSecond, "Bytes a container group receives in a second."},
    {"network_sent", "NetworkBytesTransmittedPerSecond", kAverage, kBytesPerSecond, "Bytes a container group sends in a second."},
};
constexpr MetricRow kRegistry[] = {
    {"storage_used", "StorageUsed", kAverage, kBytes, "Bytes a registry holds.", 1, nullptr, 3600},
    {"pulls", "TotalPullCount", kTotal, kCount, "Images that were fetched."},
    {"pushes", "TotalPushCount", kTotal, kCount, "Images that were stored."},
};
constexpr MetricRow kLoadBalancer[] = {
    {"availability", "VipAvailability", kAverage, kPercent, "Share of the time in which the data path works."},
    {"health_probe_status", "DipAvailability", kAverage, kPercent, "Share of the health probes that machines pass."},
    {"bytes", "ByteCount", kTotal, kBytes, "Bytes that went through."},
    {"packets", "PacketCount", kTotal, kCount, "Packets that went through."},
    {"snat_connections", "SnatConnectionCount", kTotal, kCount, "Outgoing connections that were opened.", 1, "load_balancer,ConnectionState"},
    {"snat_ports_used", "UsedSnatPorts", kAverage, kCount, "Ports for outgoing connections in use."},
    {"snat_ports_allocated", "AllocatedSnatPorts", kAverage, kCount, "Ports set aside for outgoing connections."},
};
constexpr MetricRow kAppGateway[] = {
    {"requests", "TotalRequests", kTotal, kCount, "Requests that were served."},
    {"failed_requests", "FailedRequests", kTotal, kCount, "Requests that failed."},
    {"healthy_host_count", "HealthyHostCount", kMinimum, kCount, "Machines that pass their health check.", 1, "gateway,BackendSettingsPool"},
    {"unhealthy_host_count", "UnhealthyHostCount", kMaximum, kCount, "Machines that fail their health check.", 1, "gateway,BackendSettingsPool"},
    {"responses", "ResponseStatus", kTotal, kCount, "Answers by class of status.", 1, "gateway,HttpStatusGroup"},
    {"throughput", "Throughput", kAverage, kBytesPerSecond, "Bytes that go through in a second."},
    {"total_time", "ApplicationGatewayTotalTime", kAverage, kSeconds, "Time of one request.", kMs},
    {"backend_time", "BackendLastByteResponseTime", kAverage, kSeconds, "Time of one request behind the gateway.", kMs},
    {"connections", "CurrentConnections", kTotal, kCount, "Connections at once."},
    {"capacity_units", "CapacityUnits", kAverage, kCount, "Capacity units in use, which are billed."},
    {"compute_units", "ComputeUnits", kAverage, kCount, "Compute units in use."},
};
constexpr MetricRow kFrontDoor[] = {
    {"requests", "RequestCount", kTotal, kCount, "Requests of clients.", 1, "profile,HttpStatusGroup"},
    {"latency", "TotalLatency", kAverage, kSeconds, "Time of one request.", kMs},
    {"origin_latency", "OriginLatency", kAverage, kSeconds, "Time of one request behind Front Door.", kMs},
    {"origin_health", "OriginHealthPercentage", kAverage, kPercent, "Share of the health probes that origins pass.", 1, "profile,Origin"},
    {"byte_hit_ratio", "ByteHitRatio", kAverage, kPercent, "Share of the bytes that the cache serves."},
    {"error_rate_4xx", "Percentage4XX", kAverage, kPercent, "Share of the requests that are client errors."},
    {"error_rate_5xx", "Percentage5XX", kAverage, kPercent, "Share of the requests that are server errors."},
    {"response_bytes", "ResponseSize", kTotal, kBytes, "Bytes sent to clients, which are billed."},
};
constexpr MetricRow kFirewall[] = {
    {"health", "FirewallHealth", kAverage, kPercent, "How healthy a firewall is."},
    {"throughput", "Throughput", kAverage, kBytesPerSecond, "Bytes that go through in a second.", kBits},
    {"data_processed", "DataProcessed", kTotal, kBytes, "Bytes that went through, which are billed."},
    {"snat_port_utilization", "SNATPortUtilization", kMaximum, kPercent, "Share of the ports for outgoing connections in use."},
    {"latency", "FirewallLatencyPng", kAverage, kSeconds, "Time a firewall adds.", kMs},
};
constexpr MetricRow kNat[] = {
    {"availability", "DatapathAvailability", kAverage, kPercent, "Share of the time in which the data path works."},
    {"bytes", "ByteCount", kTotal, kBytes, "Bytes that went through, which are billed."},
    {"packets_dropped", "PacketDropCount", kTotal, kCount, "Packets that were lost."},
    {"connections", "TotalConnectionCount", kTotal, kCount, "Connections at once."},
};
constexpr MetricRow kVpnGateway[] = {
    {"bandwidth", "AverageBandwidth", kAverage, kBytesPerSecond, "Bytes a second through all tunnels."},
    {"tunnel_bandwidth", "TunnelAverageBandwidth", kAverage, kBytesPerSecond, "Bytes a second through a tunnel.", 1, "gateway,ConnectionName"},
    {"tunnel_egress_bytes", "TunnelEgressBytes", kTotal, kBytes, "Bytes sent through a tunnel.", 1, "gateway,ConnectionName"},
    {"tunnel_ingress_bytes", "TunnelIngressBytes", kTotal, kBytes, "Bytes received through a tunnel.", 1, "gateway,ConnectionName"},
    {"p2s_connections", "P2SConnectionCount", kTotal, kCount, "People who are connected.", 1, nullptr, 60},
    {"bgp_peer_status", "BgpPeerStatus", kAverage, kCount, "1 while a neighbour is connected.", 1, "gateway,BgpPeerAddress"},
};
constexpr MetricRow kExpressRoute[] = {
    {"arp_availability", "ArpAvailability", kAverage, kPercent, "Share of the time in which the line works (layer 2)."},
    {"bgp_availability", "BgpAvailability", kAverage, kPercent, "Share of the time in which the line works (layer 3)."},
    {"bytes_in", "BitsInPerSecond", kAverage, kBytesPerSecond, "Bytes a second into Azure.", kBits},
    {"bytes_out", "BitsOutPerSecond", kAverage, kBytesPerSecond, "Bytes a second out of Azure.", kBits},
};
constexpr MetricRow kKeyVault[] = {
    {"availability", "Availability", kAverage, kPercent, "Share of the requests that Azure could serve."},
    {"requests", "ServiceApiHit", kCountOf, kCount, "Requests to a vault.", 1, "vault,ActivityName"},
    {"results", "ServiceApiResult", kCountOf, kCount, "Requests by their status.", 1, "vault,ActivityName,StatusCode"},
    {"latency", "ServiceApiLatency", kAverage, kSeconds, "Time of one request.", kMs},
    {"saturation", "SaturationShoebox", kMaximum, kPercent, "Share of what a vault may do that is used."},
};
constexpr MetricRow kServiceBus[] = {
    {"active_messages", "ActiveMessages", kAverage, kCount, "Messages that wait."},
    {"dead_letter_messages", "DeadletteredMessages", kAverage, kCount, "Messages that were put aside."},
    {"scheduled_messages", "ScheduledMessages", kAverage, kCount, "Messages that may not be taken yet."},
    {"incoming_messages", "IncomingMessages", kTotal, kCount, "Messages that were put in."},
    {"outgoing_messages", "OutgoingMessages", kTotal, kCount, "Messages that were taken."},
    {"server_errors", "ServerErrors", kTotal, kCount, "Requests that failed on Azure's side."},
    {"user_errors", "UserErrors", kTotal, kCount, "Requests that were wrong."},
    {"throttled_requests", "ThrottledRequests", kTotal, kCount, "Requests that were refused for lack of capacity."},
    {"size", "Size", kAverage, kBytes, "Size of a queue or topic."},
};
constexpr MetricRow kEventHub[] = {
    {"incoming_messages", "IncomingMessages", kTotal, kCount, "Events that were put in."},
    {"outgoing_messages", "OutgoingMessages", kTotal, kCount, "Events that were read."},
    {"incoming_bytes", "IncomingBytes", kTotal, kBytes, "Bytes that were put in."},
    {"outgoing_bytes", "OutgoingBytes", kTotal, kBytes, "Bytes that were read."},
    {"throttled_requests", "ThrottledRequests", kTotal, kCount, "Requests that were refused for lack of capacity."},
    {"server_errors", "ServerErrors", kTotal, kCount, "Requests that failed on Azure's side."},
    {"user_errors", "UserErrors", kTotal, kCount, "Requests that were wrong."},
    {"quota_exceeded_errors", "QuotaExceededErrors", kTotal, kCount, "Requests that were beyond a quota."},
};
constexpr MetricRow kEventGrid[] = {
    {"published", "PublishSuccessCount", kTotal, kCount, "Events that were taken in."},
    {"publish_failures", "PublishFailCount", kTotal, kCount, "Events that could not be taken in."},
    {"delivered", "DeliverySuccessCount", kTotal, kCount, "Events that reached a subscriber."},
    {"delivery_failures", "DeliveryAttemptFailCount", kTotal, kCount, "Tries to deliver that failed."},
    {"dropped_events", "DroppedEventCount", kTotal, kCount, "Events that were given up."},
};
constexpr MetricRow kLogicApp[] = {
    {"runs_started", "RunsStarted", kTotal, kCount, "Runs that began."},
    {"runs_succeeded", "RunsSucceeded", kTotal, kCount, "Runs that ended well."},
    {"runs_failed", "RunsFailed", kTotal, kCount, "Runs that failed."},
    {"run_latency", "RunLatency", kAverage, kSeconds, "Time of one run."},
    {"triggers_failed", "TriggersFailed", kTotal, kCount, "Triggers that failed."},
    {"billable_executions", "TotalBillableExecutions", kTotal, kCount, "Steps that are billed."},
};
constexpr MetricRow kDataFactory[] = {
    {"pipeline_runs_failed", "PipelineFailedRuns", kTotal, kCount, "Pipelines that failed."},
    {"pipeline_runs_succeeded", "PipelineSucceededRuns", kTotal, kCount, "Pipelines that ended well."},
    {"activity_runs_failed", "ActivityFailedRuns", kTotal, kCount, "Activities that failed."},
    {"trigger_runs_failed", "TriggerFailedRuns", kTotal, kCount, "Triggers that failed."},
};
constexpr MetricRow kStreamAnalytics[] = {
    {"watermark_delay", "OutputWatermarkDelaySeconds", kMaximum, kSeconds, "How far a job is behind."},
    {"resource_utilization", "ResourceUtilization", kMaximum, kPercent, "Share of its memory that a job uses."},
    {"runtime_errors", "Errors", kTotal, kCount, "Errors of a job."},
};
constexpr MetricRow kOpenAi[] = {
    {"requests", "AzureOpenAIRequests", kTotal, kCount, "Requests to a model."},
    {"prompt_tokens", "ProcessedPromptTokens", kTotal, kCount, "Tokens sent to a model; they are billed."},
    {"generated_tokens", "GeneratedTokens", kTotal, kCount, "Tokens a model wrote; they are billed."},
    {"provisioned_utilization", "AzureOpenAIProvisionedManagedUtilizationV2", kAverage, kPercent, "Share of the reserved, paid capacity in use."},
    {"time_to_response", "AzureOpenAITimeToResponse", kAverage, kSeconds, "Time until the first answer.", kMs},
};
constexpr MetricRow kApplicationInsights[] = {
    {"availability", "availabilityResults/availabilityPercentage", kAverage, kPercent, "Share of the availability tests that are passed."},
    {"requests", "requests/count", kCountOf, kCount, "Requests to an application."},
    {"requests_failed", "requests/failed", kCountOf, kCount, "Requests that failed."},
    {"request_duration", "requests/duration", kAverage, kSeconds, "Time of one request.", kMs},
    {"exceptions", "exceptions/count", kCountOf, kCount, "Exceptions."},
    {"dependencies_failed", "dependencies/failed", kCountOf, kCount, "Calls to other systems that failed."},
};
constexpr MetricRow kApiManagement[] = {
    {"requests", "Requests", kTotal, kCount, "Requests to the APIs.", 1, "api_service,GatewayResponseCodeCategory"},
    {"capacity", "Capacity", kAverage, kPercent, "Share of what a gateway can do that is used."},
    {"duration", "Duration", kAverage, kSeconds, "Time of one request.", kMs},
    {"backend_duration", "BackendDuration", kAverage, kSeconds, "Time of one request behind the gateway.", kMs},
};

constexpr MetricService kServices[] = {
    {"azure.vm", "Virtual Machines", "Microsoft.Compute/virtualMachines", "vm", 60, kVm},
    {"azure.vm_scale_set", "Virtual Machine Scale Sets", "Microsoft.Compute/virtualMachineScaleSets", "scale_set", 60, kVmss},
    {"azure.storage", "Storage accounts", "Microsoft.Storage/storageAccounts", "storage_account", 60, kStorage},
    {"azure.blob", "Blob storage", "Microsoft.Storage/storageAccounts/blobServices", "storage_account,BlobType,Tier", 3600, kBlob},
    {"azure.file_share", "File shares", "Microsoft.Storage/storageAccounts/fileServices", "storage_account,FileShare", 3600, kFileShare},
    {"azure.queue_storage", "Queue storage", "Microsoft.Storage/storageAccounts/queueServices", "storage_account", 3600, kQueueStorage},
    {"azure.sql_database", "Azure SQL Database", "Microsoft.Sql/servers/databases", "server,database", 60, kSql},
    {"azure.sql_elastic_pool", "Azure SQL elastic pools", "Microsoft.Sql/servers/elasticPools", "server,elastic_pool", 60, kSqlPool},
    {"azure.sql_managed_instance", "Azure SQL Managed Instance", "Microsoft.Sql/managedInstances", "managed_instance", 60, kSqlManaged},
    {"azure.postgresql", "Azure Database for PostgreSQL", "Microsoft.DBforPostgreSQL/flexibleServers", "server", 60, kPostgres},
    {"azure.mysql", "Azure Database for MySQL", "Microsoft.DBforMySQL/flexibleServers", "server", 60, kMySql},
    {"azure.cosmos_db", "Azure Cosmos DB", "Microsoft.DocumentDB/databaseAccounts", "cosmos_account,DatabaseName,CollectionName", 60, kCosmos},
    {"azure.redis", "Azure Cache for Redis", "Microsoft.Cache/redis", "cache", 60, kRedis},
    {"azure.app_service", "App Service (web apps)", "Microsoft.Web/sites", "app,Instance", 60, kAppService},
    {"azure.function", "Azure Functions", "Microsoft.Web/sites", "app,Instance", 60, kFunction},
    {"azure.app_service_plan", "App Service plans", "Microsoft.Web/serverfarms", "plan,Instance", 60, kAppPlan},
    {"azure.aks", "Azure Kubernetes Service", "Microsoft.ContainerService/managedClusters", "cluster,node", 60, kAks},
    {"azure.container_app", "Container Apps", "Microsoft.App/containerApps", "app,revisionName", 60, kContainerApp},
    {"azure.container_instance", "Container Instances", "Microsoft.ContainerInstance/containerGroups", "container_group", 60, kContainerGroup},
    {"azure.container_registry", "Container Registry", "Microsoft.ContainerRegistry/registries", "registry", 60, kRegistry},
    {"azure.load_balancer", "Load Balancer", "Microsoft.Network/loadBalancers", "load_balancer", 60, kLoadBalancer},
    {"azure.application_gateway", "Application Gateway", "Microsoft.Network/applicationGateways", "gateway", 60, kAppGateway},
    {"azure.front_door", "Front Door and CDN", "Microsoft.Cdn/profiles", "profile", 60, kFrontDoor},
    {"azure.firewall", "Azure Firewall", "Microsoft.Network/azureFirewalls", "firewall", 60, kFirewall},
    {"azure.nat_gateway", "NAT Gateway", "Microsoft.Network/natGateways", "nat_gateway", 60, kNat},
    {"azure.vpn_gateway", "VPN Gateway", "Microsoft.Network/virtualNetworkGateways", "gateway", 300, kVpnGateway},
    {"azure.express_route", "ExpressRoute circuits", "Microsoft.Network/expressRouteCircuits", "circuit,PeeringType", 60, kExpressRoute},
    {"azure.key_vault", "Key Vault", "Microsoft.KeyVault/vaults", "vault", 60, kKeyVault},
    {"azure.service_bus", "Service Bus", "Microsoft.ServiceBus/Namespaces", "namespace,EntityName", 60, kServiceBus},
    {"azure.event_hub", "Event Hubs", "Microsoft.EventHub/Namespaces", "namespace,EntityName", 60, kEventHub},
    {"azure.event_grid", "Event Grid topics", "Microsoft.EventGrid/topics", "topic", 60, kEventGrid},
    {"azure.logic_app", "Logic Apps", "Microsoft.Logic/workflows", "workflow", 60, kLogicApp},
    {"azure.data_factory", "Data Factory", "Microsoft.DataFactory/factories", "factory,Name", 60, kDataFactory},
    {"azure.stream_analytics", "Stream Analytics", "Microsoft.StreamAnalytics/streamingjobs", "job", 60, kStreamAnalytics},
    {"azure.openai", "Azure OpenAI", "Microsoft.CognitiveServices/accounts", "openai_account,ModelDeploymentName", 60, kOpenAi},
    {"azure.application_insights", "Application Insights", "Microsoft.Insights/components", "application", 60, kApplicationInsights},
    {"azure.api_management", "API Management", "Microsoft.ApiManagement/service", "api_service", 60, kApiManagement},
};

// clang-format on

}  // namespace

absl::Span<const MetricService> AzureServices() { return kServices; }

}  // namespace nephoscope
