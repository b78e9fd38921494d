// Our metrics at /metrics that rules for Prometheus are made of: who shows them and who writes the rules use one name.
#pragma once

namespace nephoscope {

inline constexpr char kAlertActiveMetric[] = "nephoscope_alert_active";
inline constexpr char kAlertSuppressedMetric[] = "nephoscope_alert_suppressed";  // {alert_id, reason}: people are not notified of it
inline constexpr char kAlertSeriesDroppedMetric[] = "nephoscope_alert_series_dropped";
inline constexpr char kBuildInfoMetric[] = "nephoscope_build_info";
inline constexpr char kConfigReloadOkMetric[] = "nephoscope_config_reload_ok";

}  // namespace nephoscope
