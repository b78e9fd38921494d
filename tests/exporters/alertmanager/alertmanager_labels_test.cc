#include "exporters/alertmanager/alertmanager_labels.h"

#include <boost/test/unit_test.hpp>

#include "tests/exporters/sample_alert.h"

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(alertmanager_labels_test)

// The vectors of prometheus/common model/signature_test.go.
BOOST_AUTO_TEST_CASE(the_fingerprint_is_the_one_prometheus_computes) {
  BOOST_TEST(Fingerprint(Labels()) == 14695981039346656037u);
  BOOST_TEST(Fingerprint(Tags({{"name", "garland, briggs"}, {"fear", "love is not enough"}})) == 5799056148416392346u);
  BOOST_TEST(FingerprintText(0xabcu) == "0000000000000abc");
}

BOOST_AUTO_TEST_CASE(labels_are_those_that_alertmanager_takes) {
  Transition t = PaymentsOverBudget().last;
  t.labels = Tags({{"cost-center", "7"}, {"1st", "x"}, {"city", "K\xf6ln"}});
  const Labels labels = AlertmanagerLabels(t);
  const struct {
    const char* name;
    const char* want;
  } rows[] = {{"alertname", "DepartmentMonthlyBudget"},
              {"severity", "critical"},
              {"kind", "budget"},
              {"owner", "payments-platform"},
              {"cost_center", "7"},
              {"_1st", "x"},
              {"city", "K\uFFFDln"},
              {"alert_id", ""}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.name) {
      BOOST_TEST(labels.Get(row.name) == row.want);
    }
}

BOOST_AUTO_TEST_CASE(a_label_of_the_alert_never_hides_one_of_ours) {
  Transition t = PaymentsOverBudget().last;
  t.labels = Tags({{"severity", "sev-1"}, {"owner", "payments-platform"}});
  const Labels labels = AlertmanagerLabels(t);
  BOOST_TEST(labels.Get("severity") == "critical");
  BOOST_TEST(labels.Get("exported_severity") == "sev-1");
  BOOST_TEST(!labels.Has("exported_owner"));  // the same said twice
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
