// The results of tests, for people and for build servers.
#pragma once

#include <string>

#include "absl/types/span.h"
#include "rules/trial/rule_trial.h"

namespace nephoscope {

// One test that does not hold: what was expected and found, what happened, and a timeline around the first difference.
std::string RenderTest(const TestResult& result, bool colour);
// JUnit XML: one suite for each file, one case for each test.
std::string JUnitReport(absl::Span<const TestResult> results);

}  // namespace nephoscope
