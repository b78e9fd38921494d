#include "agent/collectors/bills/bill_format.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(bill_format_test)

BOOST_AUTO_TEST_CASE(files_that_people_hold_are_named_with_the_way_to_focus) {
  const struct { const char* what; std::string start; const char* says; } rows[] = {
      {"AWS CUR", "identity/LineItemId,identity/TimeInterval,bill/PayerAccountId,lineItem/UsageStartDate,lineItem/UnblendedCost\n", "Cost and Usage Report of AWS; export FOCUS instead"},
      {"AWS CUR 2.0", "bill_payer_account_id,line_item_usage_start_date,line_item_unblended_cost\n", "Cost and Usage Report of AWS; export FOCUS instead"},
      {"AWS detailed billing", "\"InvoiceID\",\"PayerAccountId\",\"LinkedAccountId\",\"RecordType\"\n", "Cost and Usage Report of AWS"},
      {"Cost Explorer", "\"Service\",\"EC2($)\",\"Total costs($)\"\n", "AWS Cost Explorer"},
      {"Azure", "BillingAccountId,BillingAccountName,SubscriptionId,Date,MeterCategory,CostInBillingCurrency,BillingCurrency\n", "cost export of Azure (actual or amortized cost); export FOCUS instead"},
      {"Azure, small letters", "\xEF\xBB\xBFinvoiceId,subscriptionId,date,meterCategory,costInBillingCurrency\n", "cost export of Azure"},
      {"Azure, older", "SubscriptionGuid,UsageDateTime,MeterCategory,PreTaxCost,Currency\n", "cost export of Azure"},
      {"OCI", "lineItem/referenceNo,lineItem/tenantId,lineItem/intervalUsageStart,product/service,cost/myCost\n", "cost report of OCI; take the FOCUS reports instead"},
      {"Google, BigQuery", "billing_account_id,service.description,usage_start_time,cost,currency\n", "billing export of Google Cloud"},
      {"Google, console", "Billing account name,Project ID,Service description,SKU description,Cost ($)\n", "billing export of Google Cloud"},
      {"semicolons", "BilledCost;EffectiveCost;BillingCurrency;ChargePeriodStart\n", "separated by ; instead of commas"},
      {"tabs", "BilledCost\tEffectiveCost\tBillingCurrency\n", "separated by tabs"},
      {"a CUR with semicolons", "identity/LineItemId;lineItem/UsageStartDate\n", "Cost and Usage Report of AWS"},
      {"UTF-16", std::string("\xFF\xFE" "B\0i\0l\0l\0", 10), "UTF-16; save it as CSV in UTF-8"},
      {"UTF-16, big end first", std::string("\xFE\xFF\0B\0i", 6), "UTF-16"},
      {"UTF-16 without a mark", std::string("B\0i\0l\0l\0e\0d\0", 12), "UTF-16"},
      {"Parquet", std::string("PAR1\x15\x04", 6), "Parquet file; export the bill as CSV"},
      {"zip", std::string("PK\x03\x04\x14\0\0\0bill.csv", 16), "zip archive; unpack it"},
      {"xlsx", std::string("PK\x03\x04\x14\0\0\0[Content_Types].xml", 27), "Excel workbook"},
      {"xls", "\xD0\xCF\x11\xE0", "Excel workbook"},
      {"gzip by another name", "\x1F\x8B\x08", "its name does not end in .gz"},
      {"a sign-in page", "\n<!DOCTYPE html><html>", "HTML page, perhaps an error or a sign-in page"},
      {"an error of the storage", "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>", "XML, perhaps an error"},
      {"a manifest", "{\"files\": []}", "JSON; a bill is needed as CSV"},
      {"a pointer", "version https://git-lfs.github.com/spec/v1\n", "pointer of Git LFS"},
      {"titles before the header", "My bill\n\nBilledCost,EffectiveCost,BillingCurrency\n", "other lines stand before the header row"},
      {"FOCUS", "BilledCost,EffectiveCost,BillingCurrency,ChargePeriodStart\n", ""},
      {"FOCUS in another order, quoted", "\"Tags\",\"BillingCurrency\",\"ChargePeriodStart\"\r\n1\r\n", ""},
      {"measurements", "time,metric,value\n", ""},
      {"a page of Prometheus", "load{host=\"a\"} 3 60000\n", ""},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const BillFormat format = RecogniseBill(row.start);
    BOOST_TEST(absl::StrContains(format.problem, row.says), format.problem);
    BOOST_TEST(format.problem.empty() == (*row.says == '\0'), format.problem);
    BOOST_TEST(format.focus == absl::StartsWith(row.what, "FOCUS"));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
