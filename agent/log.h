// Log: what the agent says to whoever runs it, on standard error, through spdlog's background thread.
#pragma once

#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"

namespace nephoscope {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

struct LogField {
  absl::string_view name;
  std::string value;
};

// `level`: debug, info, warning, error. `format`: text (time level message key=value ...) or json (one object a line).
void StartLog(absl::string_view level, absl::string_view format);
// Writes what is queued and ends the thread. Lines after it are dropped.
void StopLog();

// Any thread. A full queue drops the oldest line (bound: 8,192 lines); never blocks the caller for disk or terminal.
void Log(LogLevel level, absl::string_view message, std::initializer_list<LogField> fields = {});

inline void LogInfo(absl::string_view message, std::initializer_list<LogField> fields = {}) { Log(LogLevel::kInfo, message, fields); }
inline void LogWarning(absl::string_view message, std::initializer_list<LogField> fields = {}) { Log(LogLevel::kWarning, message, fields); }
inline void LogError(absl::string_view message, std::initializer_list<LogField> fields = {}) { Log(LogLevel::kError, message, fields); }

}  // namespace nephoscope
