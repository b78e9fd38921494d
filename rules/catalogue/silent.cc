// Metrics that are not reported where nothing happened, as the providers' guides say of them: Elastic Load Balancing ("reports metrics only when requests are flowing"; reporting criteria
// "there is a nonzero value"), Lambda and API Gateway (a point where something was called), SQS (queues fall silent after six hours without work), SNS, Kinesis, S3 request metrics, WAF,
// Step Functions, EventBridge, Bedrock; Azure Monitor (no transactions, no value); Cloud Monitoring (counts begin with the first request, and end with the last). Left out is what is
// reported as 0 (machines, disks, databases, NAT gateways, network load balancers) and what is no count: where nothing is answered, a response time is unknown, not 0.
#include "rules/catalogue/tables.h"

namespace nephoscope {
namespace {

// A row is a line.
// clang-format off

constexpr SilentMetrics kSilent[] = {
    {"aws.alb", "requests,request_count,target_5xx,target_4xx,elb_5xx,elb_4xx,target_connection_errors,active_connections,new_connections,rejected_connections,processed_bytes,tls_negotiation_errors"},
    {"aws.elb", "request_count,backend_5xx,elb_5xx,spillover_count"},
    {"aws.lambda", "invocations,errors,throttles,concurrent_executions,dead_letter_errors,destination_delivery_failures,async_events_received,async_events_dropped,recursive_invocations_dropped"},
    {"aws.api_gateway", "requests,errors_4xx,errors_5xx"},
    {"aws.sqs", "messages_sent,messages_received,messages_deleted,empty_receives,messages_visible,messages_in_flight,messages_delayed"},
    {"aws.sns", "messages_published,notifications_delivered,notifications_failed,notifications_filtered_out"},
    {"aws.kinesis", "incoming_bytes,incoming_records,outgoing_bytes,read_throttles,write_throttles"},
    {"aws.firehose", "incoming_bytes,incoming_records,throttled_records"},
    {"aws.dynamodb", "read_capacity,write_capacity,read_throttle_events,write_throttle_events,throttled_requests,system_errors,conditional_check_failed,transaction_conflicts,ttl_deleted_items"},
    {"aws.s3", "requests,get_requests,put_requests,list_requests,errors_4xx,errors_5xx,bytes_downloaded,bytes_uploaded"},
    {"aws.cloudfront", "requests,bytes_downloaded,bytes_uploaded"},
    {"aws.waf", "allowed_requests,blocked_requests"},
    {"aws.step_functions", "executions_started,executions_succeeded,executions_failed,executions_aborted,executions_timed_out"},
    {"aws.eventbridge", "invocations,failed_invocations,sent_to_dlq,throttled_rules,triggered_rules"},
    {"aws.bedrock", "invocations,client_errors,server_errors,throttles,input_tokens,output_tokens"},
    {"aws.sagemaker", "invocations,errors_5xx"},
    {"aws.backup", "jobs_completed,jobs_failed"},
    {"aws.logs", "incoming_bytes,incoming_events"},
    {"azure.storage", "transactions,ingress,egress"},
    {"azure.cosmos_db", "requests,request_units"},
    {"azure.container_registry", "pulls,pushes"},
    {"azure.front_door", "requests,response_bytes"},
    {"azure.key_vault", "requests,results"},
    {"azure.event_grid", "published,delivered,delivery_failures,dropped_events,publish_failures"},
    {"azure.openai", "requests,prompt_tokens,generated_tokens"},
    {"azure.application_insights", "requests,requests_failed,dependencies_failed,exceptions"},
    {"azure.api_management", "requests"},
    {"gcp.load_balancer", "requests,request_bytes,response_bytes,backend_requests"},
    {"gcp.internal_load_balancer", "requests"},
    {"gcp.cloud_run", "requests"},
    {"gcp.cloud_run_job", "executions"},
    {"gcp.cloud_function", "executions,network_out"},
    {"gcp.pubsub_subscription", "acked_messages,dead_letter_messages,expired_ack_deadlines,push_requests"},
    {"gcp.pubsub_topic", "sent_messages,send_requests"},
    {"gcp.storage", "requests,bytes_out,bytes_in"},
    {"gcp.spanner", "requests"},
    {"gcp.firestore", "document_reads,document_writes,document_deletes"},
    {"gcp.cloud_tasks", "attempts"},
};

// clang-format on

}  // namespace

absl::Span<const SilentMetrics> MetricsSilentWhenZero() { return kSilent; }

}  // namespace nephoscope
