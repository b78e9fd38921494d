// The keys of other tools: Datadog, CloudWatch, Grafana, Azure, Prometheus, cron.
#include "rules/language/tables/intention_words.h"

namespace nephoscope {
namespace {

// clang-format off
// In order: the first row whose form the tables at hand can take is the one. $v: the value as written; $m, $s: with minutes or seconds
// where it has no unit.
constexpr KeyWord kWords[] = {
    // Conditions.
    {"> gt greaterthan morethan over exceeds upper upperbound threshold max maximum limit value critical_threshold greaterthanthreshold", "above: $v"},
    {">= => ge gte greaterthanorequal greaterthanorequalto atleast greaterthanorequaltothreshold minvalue", "at_least: $v"},
    {"< lt lessthan under lowerthan lower lowerbound min minimum lessthanthreshold", "below: $v"},
    {"<= =< le lte lessthanorequal lessthanorequalto atmost lessthanorequaltothreshold maxvalue", "at_most: $v"},
    {"= == eq equal equalto equals is", "equals: $v"},
    {"> gt greaterthan over exceeds threshold max upper", "when: {above: $v}"},
    {">= ge gte greaterthanorequal atleast", "when: {at_least: $v}"},
    {"< lt lessthan under min lower", "when: {below: $v}"},
    {"<= le lte lessthanorequal atmost", "when: {at_most: $v}"},
    {"threshold thresholds alertat notifyat percentage percent", "actual: $v"},
    {"threshold alertat notifyat percentage percent", "when: {actual: $v}"},
    {"warning warn warningthreshold", "levels: {warning: {above: $v}}"},
    {"critical crit criticalthreshold error", "levels: {critical: {above: $v}}"},
    {"info notice", "levels: {info: {above: $v}}"},
    {"warning warn warningthreshold", "levels: {warning: {actual: $v}}"},
    {"critical crit criticalthreshold error", "levels: {critical: {actual: $v}}"},
    {"info notice", "levels: {info: {actual: $v}}"},
    {"condition conditions if trigger alertwhen alertif criteria", "when: $v"},
    {"thresholds severities level levels tiers steps", "levels: $v"},
    {"p1 p0 sev1 sev0 s1 high highest error fatal emergency urgent major disaster crit page alert red severe", "critical: $v"},
    {"p2 p3 sev2 sev3 s2 medium moderate middle warn minor average ticket yellow", "warning: $v"},
    {"p4 p5 sev4 sev5 low lowest notice information informational debug information green", "info: $v"},
    {"criticalrecovery warningrecovery recovery recoverythreshold recoverwhen clear clearcondition resolve resolvewhen recoverat", "recover: $v"},
    // How long, how often.
    {"duration pendingperiod pending pendingfor holdfor hold sustained sustainedfor forduration wait delaybefore", "for: $v"},
    {"evaluationperiods consecutive times datapointstoalarm failingperiods occurrences points datapoints", "for: $p"},
    {"interval frequency evaluationfrequency evaluationinterval checkinterval checkevery runevery poll pollinterval pollinginterval rate cadence step resolution", "every: $v"},
    {"keepfiringfor recoverywindow cooldown", "keep_firing_for: $v"},
    {"renotifyinterval renotify", "repeat: $m"},
    {"repeatinterval remind reminder remindevery notifyevery resenddelay resend reminderinterval notificationinterval throttle mutefor", "repeat: $v"},
    {"evaluationdelay newgroupdelay queryoffset evaldelay querydelay offset latency delay datadelay", "evaluation_delay: $s"},
    {"nodatatimeframe", "no_data: {after: $m}"},
    {"staleafter missingafter silentafter", "no_data: {after: $v}"},
    {"notifynodata", "no_data: $n"},
    {"nodatastate onnodata treatmissingdata missingdata onmissingdata onmissing whennodata", "no_data: $v"},
    // Who, what is said.
    {"channel channels notificationchannel notificationchannels notificationchannelids receiver contactpoint contactpoints recipient recipients sendto alertto to email emails notification "
     "notifications alarmaction alarmactions actions action actiongroup actiongroups subscribers target targets who notifyto slack pagerduty opsgenie teams webhook sns", "notify: $v"},
    {"name owner who group", "team: $v"},
    {"email mail address slack channel phone", "contact: $v"},
    {"group team squad responsible contact assignee", "owner: $v"},
    {"priority urgency sev importance level alertlevel criticality", "severity: $v"},
    {"title subject headline summarytext", "summary: $v"},
    {"message text body comment note notes doc alarmdescription escalationmessage details", "description: $v"},
    {"runbookurl playbook wiki documentation runbooklink docs link help howto url", "runbook: $v"},
    {"tags tag extralabels", "labels: $v"},
    {"dryrun testmode draft", "mode: $d"},
    {"enabled active isenabled actionsenabled", "mode: $o"},
    {"disabled paused ispaused muted mute silenced snooze", "mode: $f"},
    {"state status", "mode: $v"},
    {"dependson inhibitedby suppressedby parent", "depends_on: $v"},
    {"maxalerts maxinstances", "limit: $v"},
    {"name alarmname rulename displayname alertname", "alert: $v"},
    {"type ruletype alerttype alertkind", "kind: $v"},
    {"uid ruleid guid key", "id: $v"},
    // What is watched.
    {"metricname metricid measure measurement series signal indicator counter", "metric: $v"},
    {"metricname metricid", "watch: {metric: $v}"},
    {"column costtype spend spending costmetric", "cost: $v"},
    {"costtype spend spending costmetric", "watch: {cost: $v}"},
    {"resourcetype resourcetypes resources", "resource: $v"},
    {"resourcetype resourcetypes resources", "watch: {resource: $v}"},
    {"statistic aggregation aggregator timeaggregation function reducer agg calc reduce", "stat: $v"},
    {"statistic aggregation timeaggregation agg", "watch: {stat: $v}"},
    {"groupby splitby per foreach dimensions multialert splitbydimensions", "by: $v"},
    {"groupby splitby per foreach", "watch: {by: $v}"},
    {"filter filters scope scopes match matchers matcher selector only tags tag labels", "where: $v"},
    {"exclude without ignore except excluding leaveout not excludes", "leave_out: $v"},
    {"period", "window: $s"},
    {"lookback range timeframe windowsize timewindow over last interval lookbackperiod evaluationwindow", "window: $v"},
    {"windowsize timewindow lookback", "watch: {window: $v}"},
    {"query promql expression q formula", "expr: $v"},
    // Budgets.
    {"limit budgetlimit max monthly value total budget sum budgetamount monthlylimit", "amount: $v"},
    {"amount limit budgetlimit monthlybudget budgetamount", "budget: {amount: $v}"},
    {"timeunit cycle timegrain frequency interval unit", "period: $v"},
    {"default others rest other everyoneelse everythingelse", "everyone_else: $v"},
    // Checks.
    {"url uri address endpoint target link site host hostname", "http: $v"},
    {"url uri endpoint http", "check: {http: $v}"},
    {"port socket hostport", "tcp: $v"},
    {"timeoutseconds timeoutsec", "timeout: $s"},
    {"statuscode expectedstatus expectedstatuscode expectedcode code httpstatus", "expect: {status: $v}"},
    {"contains bodycontains match keyword content", "expect: {body: {contains: $v}}"},
    {"retries failurethreshold attempts consecutivefailures", "failures: $v"},
    {"target goal slo targetpercentage objectivepercentage", "objective: $v"},
    // Settings, each in its own table.
    {"alerts alarms monitors checks rule rulelist alertrules alarmrules definitions", "rules: $v"},
    {"version api schemaversion", "apiVersion: $v"},
    {"silences silence mutes downtime downtimes maintenancewindow maintenancewindows maintenances windows", "maintenance: $v"},
    {"teams owners owner ownerrules", "ownership: $v"},
    {"contacts contactpoints channels notifiers notificationchannels recipients receiver", "receivers: $v"},
    {"inhibitions inhibit inhibition inhibitrule", "inhibit_rules: $v"},
    {"schedules schedule muteintervals mutetimeintervals timeinterval intervals", "time_intervals: $v"},
    {"routes routing routingtree", "route: $v"},
    {"calendar fiscalcalendar fiscalyear", "calendars: $v"},
    {"currencies", "currency: $v"},
    {"default common global globals", "defaults: $v"},
    {"start starts startsat begin begins starttime startdate since", "from: $v"},
    {"end ends endsat stop finish endtime enddate until", "to: $v"},
    {"tz timezonename location zone timezoneid", "timezone: $v"},
    {"days weekday day daysofweek", "weekdays: $v"},
    {"hours time timeranges range ranges hour timerange", "times: $v"},
    {"time hour atitime clock", "at: $v"},
    {"days day weekdays dayofweek on", "weekday: $v"},
    {"comment description note why message title", "reason: $v"},
    {"matchers match scope filter tags monitortags", "where: $v"},
    {"sourcematchers sourcematch", "source: $v"},
    {"targetmatchers targetmatch", "target: $v"},
};

// Keys whose values have no one counterpart: what to do is said, and nothing is put in their place.
constexpr KeyWord kAdvice[] = {
    {"cron schedule cronexpression recurrence rrule recurring", "end_early_if_unused_for", "write the day, the time and how long: every: {weekday: monday, at: \"08:00\", for: 2h}"},
    {"cron schedule cronexpression", "every", "there are no cron expressions here; write every: with a time such as 5m, and mute_time_intervals for hours in which nobody is told"},
    {"cron schedule recurrence rrule recurring", "weekday", "write the day and the time: {weekday: monday, at: \"08:00\", for: 2h}"},
    {"between inside within range inrange", "at_least", "write both ends: {at_least: LOW, at_most: HIGH}"},
    {"outside notbetween notin outof outofrange", "below", "write two rules, one with below: LOW and one with above: HIGH"},
    {"operator comparison comparisonoperator op evaluator", "above", "the comparison is the key itself: above, below, at_least, at_most or equals"},
    {"operator comparison comparisonoperator op", "when", "write the comparison as when: {above: 80%}, with below, at_least, at_most or equals"},
    {"unit units", "above", "the unit stands behind the number: above: 80%"},
    {"currency currencycode", "amount", "the currency stands behind the amount: amount: 1000 USD"},
    {"notifications alerts thresholds threshold", "amount", "write levels: in the rule, such as levels: {warning: {actual: 80%}, critical: {forecast: 100%}}"},
    {"options settings config spec properties parameters", "severity", "write its entries as keys of the rule; the list is below"},
    {"namespace", "metric", "the namespace is part of the name: nephoscope metrics WORD finds it, such as aws.ec2.cpu_utilization"},
    {"namespace region provider cloud source datasource datasourceuid data", "watch", "write what is watched as watch: {metric: NAME, where: {LABEL: VALUE}}"},
    {"execerrstate onerror", "no_data", "a source that fails is one whose data stay away: write no_data: {state: no_data}"},
    {"autoresolve automitigate requirefullwindow includetags locked", "alert", "take it out: an alert ends by itself once recover holds"},
    {"query promql expression", "watch", "an expression is a rule of kind expr: write kind: expr and expr: ... in place of watch and when"},
    {"expr", "watch", "an expression is a rule of kind expr: write kind: expr in place of the present kind, and take watch and when out"},
    {"email emails mail webhook webhooks slack pagerduty opsgenie msteams teams sns discord channel channels recipient recipients sendto receiver receivers contactpoint contactpoints notification notifications "
     "notificationchannel notificationchannels alertto actions actiongroup actiongroups subscribers target targets notifyto to", "notify", "notify takes names of receivers: nephoscope help receivers says how to give this address a name in the settings"},
    {"slack email webhook pagerduty opsgenie msteams teams sns discord emailconfigs slackconfigs webhookconfigs pagerdutyconfigs", "alertmanager", "receivers are reached by kafka: or alertmanager: true; Alertmanager sends it on to mail and chat"},
    {"method headers auth body", "http", "checks ask with GET and without headers; take it out"},
    {"groupwait groupinterval groupby receiver routes match continue", "repeat_interval", "who is told stands in notify of each rule; route: has repeat_interval and mute_time_intervals by severity"},
};
// clang-format on

}  // namespace

absl::Span<const KeyWord> WordsOfKeys() { return kWords; }
absl::Span<const KeyWord> AdviceOnKeys() { return kAdvice; }

}  // namespace nephoscope
