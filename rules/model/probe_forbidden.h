// A further value of the series `probe.result` (rules/model/probe.h): the agent's configuration does not let the check be
// made, so its target's state is not known, and will not be by itself. As ProbeResult::kNotRun no failure; told once.
#pragma once

namespace nephoscope {

inline constexpr int kProbeForbidden = 11;

}  // namespace nephoscope
