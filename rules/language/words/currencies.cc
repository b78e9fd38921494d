#include <algorithm>
#include <vector>

#include "absl/strings/str_split.h"
#include "rules/language/words/scalars.h"

namespace nephoscope {
namespace {

// ISO 4217, the codes of countries' currencies (list one, 2024), sorted.
constexpr char kCodes[] =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP "
    "CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY "
    "KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK "
    "NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT "
    "TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL";

const std::vector<std::string>& Codes() {
  static const std::vector<std::string>& codes = *new std::vector<std::string>(absl::StrSplit(kCodes, ' '));
  return codes;
}

}  // namespace

bool IsCurrencyCode(absl::string_view code) { return std::binary_search(Codes().begin(), Codes().end(), code); }

absl::Span<const std::string> CurrencyCodes() { return Codes(); }

}  // namespace nephoscope
