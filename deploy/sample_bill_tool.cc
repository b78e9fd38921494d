// sample_bill: makes up a bill in FOCUS 1.0 for people who have none at hand. Nothing in it is real; the same arguments give the same bytes.
//
// What it shows: six departments with weekday rhythm, a weekend batch, tags that are missing, a credit, a runaway in the last three days.
// --restate writes the later version of the same bill, in which one day was restated.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"

namespace {

using absl::CivilDay;

struct Arguments {
  std::string until, out;
  int days = 90;
  std::uint64_t seed = 20260105;
  bool restate = false;
};

// splitmix64 (Steele et al., OOPSLA 2014): the same on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  double Uniform() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
  }
  double Around(double middle, double share) { return middle * (1 + share * (Uniform() + Uniform() - 1)); }

 private:
  std::uint64_t state_;
};

struct Department {
  const char *name, *account, *team, *owner, *environment;
  double weekend;  // share of a weekday's cost
};
constexpr Department kDepartments[] = {
    {"payments", "111111111111", "payments-platform", "payments@example.com", "prod", 0.9}, {"search", "222222222222", "search-core", "search@example.com", "prod", 0.8},
    {"platform", "333333333333", "platform", "platform@example.com", "prod", 0.95},         {"research", "444444444444", "ml-research", "research@example.com", "dev", 1.0},
    {"web", "555555555555", "storefront", "web@example.com", "prod", 1.1},                  {"data", "666666666666", "analytics", "data@example.com", "prod", 0.7},
};

struct Service {
  const char *name, *category, *sku;
  double daily;  // USD of an average department
};
constexpr Service kServices[] = {
    {"Amazon Elastic Compute Cloud", "Compute", "BoxUsage", 210},   {"Amazon Relational Database Service", "Databases", "InstanceUsage", 95}, {"Amazon Simple Storage Service", "Storage", "TimedStorage", 40},
    {"AWS Lambda", "Compute", "GB-Second", 12},                     {"Amazon Virtual Private Cloud", "Networking", "NatGateway", 25},           {"Amazon Elastic Load Balancing", "Networking", "LCUUsage", 15},
    {"Amazon Simple Queue Service", "Integration", "Requests", 4}, {"AmazonCloudWatch", "Management and Governance", "GMD-Metrics", 6},
};

bool IsWeekend(CivilDay day) {
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday;
}

class Bill {
 public:
  Bill(const Arguments& arguments, CivilDay end, std::FILE* out) : arguments_(arguments), end_(end), dice_(arguments.seed), out_(out) {}

  void Write() {
    std::fputs("AvailabilityZone,BilledCost,BillingAccountId,BillingAccountName,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargeClass,ChargeDescription,"
               "ChargeFrequency,ChargePeriodEnd,ChargePeriodStart,ConsumedQuantity,ConsumedUnit,ContractedCost,EffectiveCost,InvoiceIssuerName,ListCost,PricingQuantity,PricingUnit,"
               "ProviderName,PublisherName,RegionId,RegionName,ResourceId,ResourceName,ResourceType,ServiceCategory,ServiceName,SkuId,SubAccountId,SubAccountName,Tags\n",
               out_);
    for (CivilDay day = end_ - arguments_.days; day < end_; ++day)
      for (const Department& department : kDepartments)
        for (const Service& service : kServices) WriteService(day, department, service);
    WriteRow(end_ - 20, kDepartments[0], kServices[0], "Credit", -750, "aws:credit", true);
  }

 private:
  void WriteService(CivilDay day, const Department& department, const Service& service) {
    const double share = 0.6 + 0.2 * static_cast<double>(&department - kDepartments) / 2;
    double cost = dice_.Around(service.daily * share, 0.12) * (IsWeekend(day) ? department.weekend : 1);
    const bool compute = &service == kServices;
    if (compute && !std::strcmp(department.name, "research") && IsWeekend(day)) cost += dice_.Around(380, 0.06);         // the weekend batch: usual
    if (compute && !std::strcmp(department.name, "web") && day >= end_ - 3) cost += dice_.Around(1450, 0.05);            // the runaway
    if (arguments_.restate && compute && !std::strcmp(department.name, "data") && day == end_ - 5) cost *= 0.4;          // restated later
    const int parts = 2;
    for (int part = 0; part < parts; ++part) WriteRow(day, department, service, "Usage", cost / parts, absl::StrCat(department.name, "-", service.sku, "-", part), dice_.Uniform() > 0.06);
  }

  void WriteRow(CivilDay day, const Department& department, const Service& service, const char* category, double cost, const std::string& resource, bool tagged) {
    const CivilDay month(day.year(), day.month(), 1);
    const CivilDay next(absl::CivilMonth(day) + 1);
    const std::string tags = tagged ? absl::StrFormat("\"{\"\"department\"\": \"\"%s\"\", \"\"team\"\": \"\"%s\"\", \"\"Owner\"\": \"\"%s\"\", \"\"environment\"\": \"\"%s\"\"}\"", department.name,
                                                      department.team, department.owner, department.environment)
                                    : "NULL";
    std::fprintf(out_,
                 "us-east-1a,%.10f,\"999999999999\",\"Example Corp (made up)\",\"USD\",\"%s 00:00:00\",\"%s 00:00:00\",\"%s\",NULL,\"%s %s\",\"Usage-Based\",\"%s 00:00:00\",\"%s 00:00:00\","
                 "24,\"Hours\",%.10f,%.10f,\"Amazon Web Services, Inc.\",%.10f,24,\"Hours\",\"AWS\",\"Amazon Web Services, Inc.\",\"us-east-1\",\"US East (N. Virginia)\",\"%s\",NULL,NULL,"
                 "\"%s\",\"%s\",\"%s\",\"%s\",\"%s\",%s\n",
                 cost, Text(next).c_str(), Text(month).c_str(), category, service.name, service.sku, Text(day + 1).c_str(), Text(day).c_str(), cost, cost, cost * 1.1, resource.c_str(), service.category,
                 service.name, service.sku, department.account, department.name, tags.c_str());
  }

  static std::string Text(CivilDay day) { return absl::FormatCivilTime(day); }

  const Arguments& arguments_;
  CivilDay end_;
  Dice dice_;
  std::FILE* out_;
};

int Usage(const char* wrong) {
  std::fprintf(stderr, "sample_bill: %s\nusage: sample_bill --until YYYY-MM-DD [--days 90] [--seed N] [--restate] [--out FILE]\n", wrong);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--restate") {
      arguments.restate = true;
      continue;
    }
    if (i + 1 == argc) return Usage((name + " is not an option, or its value is missing").c_str());
    const std::string value = argv[++i];
    if (name == "--until") arguments.until = value;
    else if (name == "--out") arguments.out = value;
    else if (name == "--days" && absl::SimpleAtoi(value, &arguments.days) && arguments.days > 0 && arguments.days <= 3660) continue;
    else if (name == "--seed" && absl::SimpleAtoi(value, &arguments.seed)) continue;
    else return Usage((name + " " + value + " is not understood").c_str());
  }
  CivilDay end;
  if (!absl::ParseCivilTime(arguments.until, &end)) return Usage("--until wants the day after the last one, such as 2026-11-24");
  std::FILE* out = arguments.out.empty() ? stdout : std::fopen(arguments.out.c_str(), "w");
  if (out == nullptr) return Usage(("cannot write " + arguments.out).c_str());
  Bill(arguments, end, out).Write();
  if (std::fclose(out) != 0) return Usage("the bill could not be written whole; is the disk full?");
  std::fprintf(stderr, "made up a bill of %d days up to %s (seed %llu): not real money\n", arguments.days, arguments.until.c_str(), static_cast<unsigned long long>(arguments.seed));
  return 0;
}
