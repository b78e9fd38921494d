#include "agent/collectors/bills/bill_format.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace nephoscope {
namespace {

constexpr std::size_t kTitleLines = 20;  // that may stand before a header

struct Magic {
  absl::string_view bytes;
  const char* problem;
};

constexpr char kSaveAsUtf8[] = "it is in UTF-16; save it as CSV in UTF-8";
constexpr char kUnpack[] = "; unpack it, or pack the CSV with gzip (a name that ends in .gz)";

// In the order in which they are tried.
const Magic kMagics[] = {
    {"PAR1", "it is a Parquet file; export the bill as CSV (gzip is fine)"},
    {"ORC", "it is an ORC file; export the bill as CSV (gzip is fine)"},
    {absl::string_view("Obj\x01", 4), "it is an Avro file; export the bill as CSV (gzip is fine)"},
    {"\xFF\xFE", kSaveAsUtf8},
    {"\xFE\xFF", kSaveAsUtf8},
    {"\xD0\xCF\x11\xE0", "it is an Excel workbook; save it as CSV UTF-8, or better take the provider's own CSV"},
    {"\x1F\x8B", "it is gzip, but its name does not end in .gz; name it so"},
    {"\x28\xB5\x2F\xFD", "it is packed with zstd; unpack it, or pack the CSV with gzip (a name that ends in .gz)"},
    {"\xFD" "7zXZ", "it is packed with xz; unpack it, or pack the CSV with gzip (a name that ends in .gz)"},
    {"7z\xBC\xAF", "it is a 7-Zip archive; unpack it, or pack the CSV with gzip (a name that ends in .gz)"},
    {"BZh", "it is packed with bzip2; unpack it, or pack the CSV with gzip (a name that ends in .gz)"},
    {"%PDF", "it is a PDF, perhaps an invoice; export the bill as FOCUS in CSV"},
    {"version https://git-lfs", "it is a pointer of Git LFS, not the file; fetch the file with `git lfs pull`"},
};

struct Known {
  const char* columns[2];  // both must be there; as ColumnKey; the second may be empty
  const char* problem;
};

constexpr char kToFocusAws[] =
    "it is a Cost and Usage Report of AWS; export FOCUS instead: Billing and Cost Management, Data Exports, "
    "\"FOCUS with AWS columns\", as gzip text/csv";
constexpr char kToFocusAzure[] =
    "it is a cost export of Azure (actual or amortized cost); export FOCUS instead: Cost Management, Exports, "
    "\"Cost and usage details (FOCUS)\", as CSV";
constexpr char kToFocusOci[] =
    "it is a cost report of OCI; take the FOCUS reports instead: they lie in the same bucket, under \"FOCUS Reports\"";
constexpr char kToFocusGcp[] =
    "it is a billing export of Google Cloud; export FOCUS instead: the FOCUS view of the detailed BigQuery export, "
    "saved as CSV";

// The more special ones first.
const Known kKnown[] = {
    {{"lineitemreferenceno", ""}, kToFocusOci},
    {{"lineitemtenantid", ""}, kToFocusOci},
    {{"costmycost", ""}, kToFocusOci},
    {{"usagebilledquantity", "lineitemintervalusagestart"}, "it is a usage report of OCI, which has no costs; take the "
                                                            "FOCUS reports of the same bucket, under \"FOCUS Reports\""},
    {{"identitylineitemid", ""}, kToFocusAws},
    {{"lineitemusagestartdate", ""}, kToFocusAws},
    {{"lineitemunblendedcost", ""}, kToFocusAws},
    {{"payeraccountid", "linkedaccountid"}, kToFocusAws},
    {{"costinbillingcurrency", ""}, kToFocusAzure},
    {{"costinusd", "metercategory"}, kToFocusAzure},
    {{"pretaxcost", ""}, kToFocusAzure},
    {{"metercategory", "subscriptionid"}, kToFocusAzure},
    {{"metercategory", "subscriptionguid"}, kToFocusAzure},
    {{"usagestarttime", "billingaccountid"}, kToFocusGcp},
    {{"servicedescription", "skudescription"}, kToFocusGcp},
    {{"usagestarttime", "projectid"}, kToFocusGcp},
    {{"service", "totalcosts"}, "it is a table of AWS Cost Explorer; export FOCUS instead: Billing and Cost Management, "
                                "Data Exports, \"FOCUS with AWS columns\", as gzip text/csv"},
};

std::vector<std::string> Columns(absl::string_view line, char separator) {
  std::vector<std::string> out;
  for (absl::string_view name : absl::StrSplit(line, separator)) out.push_back(ColumnKey(name));
  return out;
}

bool Has(const std::vector<std::string>& columns, absl::string_view name) {
  return name.empty() || std::find(columns.begin(), columns.end(), name) != columns.end();
}

// Two of its own names are enough: what is missing is said by name.
bool IsFocus(const std::vector<std::string>& columns) {
  int found = 0;
  for (const char* name : {"billedcost", "effectivecost", "chargeperiodstart", "chargeperiodend", "billingcurrency",
                           "chargecategory", "contractedcost", "servicecategory"})
    found += Has(columns, name) ? 1 : 0;
  return found >= 2;
}

// Every second byte is nothing: UTF-16 without a mark.
bool IsWide(absl::string_view start) {
  std::size_t zeros = 0;
  const absl::string_view first = start.substr(0, 200);
  for (char c : first) zeros += c == '\0' ? 1 : 0;
  return first.size() >= 8 && zeros >= first.size() / 2 - 1;
}

std::string Separated(absl::string_view line) {
  const struct { char separator; const char* name; } kinds[] = {{';', ";"}, {'\t', "tabs"}, {'|', "|"}};
  for (const auto& one : kinds)
    if (IsFocus(Columns(line, one.separator)))
      return absl::StrCat("its columns are separated by ", one.name, " instead of commas; export it with commas (a "
                          "spreadsheet writes ", one.name, " in some countries: take the provider's own file)");
  return "";
}

std::string OfText(absl::string_view start) {
  const absl::string_view text = absl::StripLeadingAsciiWhitespace(start);
  if (absl::StartsWithIgnoreCase(text, "<!doctype html") || absl::StartsWithIgnoreCase(text, "<html"))
    return "it is an HTML page, perhaps an error or a sign-in page that was saved instead of the bill; download it again";
  if (absl::StartsWith(text, "<"))
    return "it is XML, perhaps an error of the storage that was saved instead of the bill; download it again";
  if (absl::StartsWith(text, "{") || absl::StartsWith(text, "["))
    return "it is JSON; a bill is needed as CSV (a manifest is not the bill: `files` names the CSV files)";
  return "";
}

}  // namespace

std::string ColumnKey(absl::string_view name) {
  std::string out;
  for (const char c : name)
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) out += absl::ascii_tolower(c);
  return out;
}

BillFormat RecogniseBill(absl::string_view start) {
  if (absl::StartsWith(start, "PK\x03\x04")) {
    const bool book = absl::StrContains(start, "[Content_Types].xml") || absl::StrContains(start, "xl/");
    return {false, book ? "it is an Excel workbook; save it as CSV UTF-8, or better take the provider's own CSV"
                        : absl::StrCat("it is a zip archive", kUnpack)};
  }
  for (const Magic& one : kMagics)
    if (absl::StartsWith(start, one.bytes)) return {false, one.problem};
  if (IsWide(start)) return {false, kSaveAsUtf8};
  const std::vector<absl::string_view> lines = absl::StrSplit(start, absl::MaxSplits(absl::ByAnyChar("\n\r"), kTitleLines));
  std::size_t at = 0;
  while (at + 1 < lines.size() && absl::StripAsciiWhitespace(lines[at]).empty()) ++at;
  const std::vector<std::string> columns = Columns(lines[at], ',');
  if (IsFocus(columns)) return {true, ""};
  if (std::string problem = Separated(lines[at]); !problem.empty()) return {false, problem};
  for (char separator : {',', ';', '\t'})
    for (const Known& one : kKnown) {
      const std::vector<std::string> names = separator == ',' ? columns : Columns(lines[at], separator);
      if (Has(names, one.columns[0]) && Has(names, one.columns[1])) return {false, one.problem};
    }
  for (std::size_t i = at + 1; i + 1 < lines.size(); ++i)
    if (IsFocus(Columns(lines[i], ',')))
      return {false, absl::StrCat("other lines stand before the header row, which begins with \"",
                                  lines[i].substr(0, 20), "\"; remove these lines")};
  return {false, OfText(start)};
}

}  // namespace nephoscope
