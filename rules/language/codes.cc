#include "rules/language/codes.h"

namespace nephoscope {
namespace {

// R0xx YAML, R1xx structure, R2xx values and units, R3xx names, R4xx logic, R6xx settings, A0xx the agent's configuration.
constexpr CodeHelp kCodes[] = {
    {"A001", "A value names an environment variable that is not set. Set it where the agent is started, or give a default: ${NAME:-default}."},
    {"A002", "A dollar sign begins a reference that is not one of ${NAME}, ${NAME:-default} and ${file:/path}. A dollar sign that is meant as such is written $$."},
    {"A003", "A value is to be read from a file (${file:/path}), which cannot be opened. Check the path, and that the user the agent runs as may read it."},
    {"A010", "An entry of collectors or exporters names exactly one part, such as - focus: {files: [bill.csv]}. Write each part as an entry of its own."},
    {"R001", "The file cannot be read: it is missing, is a folder, or the user may not read it."},
    {"R002", "A file may have 4 MiB, all files together 64 MiB. Split large files; one file is one ConfigMap key, one team, or one topic."},
    {"R003", "Files are UTF-8 text. This one holds bytes that are not; save it with that encoding in your editor."},
    {"R004", "An invisible control character stands in the file, often left behind by copying. Delete it."},
    {"R005", "YAML shows structure by spaces in front of a line. A tab stands there; editors can be told to write spaces instead."},
    {"R006", "Values are nested more than 32 deep. No rule needs that; a bracket is probably not closed."},
    {"R007", "This is not YAML. Most often a line is indented differently from its neighbours; keys of one map begin in the same column."},
    {"R008", "A key stands twice in one map. YAML would silently take one of them; keep the one that you mean."},
    {"R009", "Merge keys (<<) are refused: readers of the rule should see what it says. Write the keys out."},
    {"R010", "An anchor (&name) is used by an alias (*name). Anchors may not hold themselves, and the aliases of a file may stand for at most 10,000 values."},
    {"R011", "A file holds one YAML document. A second one begins where it is reported, mostly with a line ---. Move it to a file of its own."},
    {"R012", "A word that begins with ! is a YAML tag. Each key knows the type of its value; leave the tag out, or quote the text."},
    {"R013", "Word processors turn straight quotes into curly ones, which YAML takes for part of the text. Write straight quotes."},
    {"R014", "A no-break space looks like a space and is none; it comes from web pages and word processors. Write an ordinary space."},
    {"R015", "A comma separates entries, so {above: 6,800 USD} would be 6 and a further key. Write 6800 USD or 6_800 USD."},
    {"R016", "Text that begins with one of [ { * % @ or a backtick, or has a colon and a space in it, means something else to YAML. Put quotes around the whole text."},
    {"R017", "Places in texts are written ${team}. The form {{ team }} is that of other tools."},
    {"R018", "YAML needs a space after - at the beginning of an entry and after the : behind a key."},
    {"R019", "A key is followed by a colon: for: 10m."},
    {"R020", "A bracket or a quote stands here without its partner."},
    {"R021", "A quote inside a quoted text ends it. Use the other kind of quote around the whole text."},
    {"R022", "Conditions are written in words: above, below, at_least, at_most, equals. The signs > and < mean something else to YAML."},
    {"R023", "A key is a word, not a list or a map."},
    {"R024", "A file may hold 300,000 values. Split it."},
    {"R025", "After a space, # begins a comment; the text ends before it. If the # belongs to the text, put quotes around the whole text."},
    {"R026", "Of one file 50 problems are shown. Mend these and check again."},
    {"R101", "The file is of another program. Rule files begin with apiVersion: rules/v1."},
    {"R102", "A key is not known where it stands. The keys that are allowed there are listed; a similar one is probably meant."},
    {"R103", "Something is missing without which the rest cannot be understood."},
    {"R104", "A list, a map or a single value stands where another of these is needed."},
    {"R105", "A key has no value. Write one behind the colon, or take the key out. Values that belong below it need more spaces in front."},
    {"R106", "The language has this, but this version of the program does not yet. It is refused rather than ignored, so that a rule never does less than it says."},
    {"R107", "Two keys say the same thing: when and levels, severity and levels, or for at two places. Keep one."},
    {"R108", "A rule watches one thing: a metric (metric:) or a column of the bill (cost:), as its kind needs it."},
    {"R110", "The file holds neither rules nor settings."},
    {"R201", "A number is needed: digits, perhaps with a point, _ between digits, or k or M behind them (6.8k)."},
    {"R202", "The value is true or false, in these words."},
    {"R203", "A duration is a number and a unit: ms, s, m (minutes), h, d, w, or words as in 15 minutes. Months are not durations: they differ in length."},
    {"R204", "The value has a unit, and the number is written without one. It is refused because 80 could be 80 % or 0.8, and 100 could be any currency."},
    {"R205", "The unit is not known, or not one for this value. Units are % · ms s m h d w y · B kB MB GB TB KiB MiB GiB TiB · ISO currency codes · rates such as /s and /hour."},
    {"R206", "An amount is a number and a currency: 42000 USD. A rate has a time as well: 1200 USD/hour."},
    {"R207", "Currencies are named by their ISO 4217 code, such as USD or EUR. $ means USD where the base currency is USD."},
    {"R208", "Dates are written year-month-day, with a time behind if it matters: 2026-11-26, 2026-12-24 18:00."},
    {"R209", "Web addresses begin with http:// or https:// and name a host."},
    {"R210", "The value is outside of what makes sense here; the limit is named."},
    {"R211", "The regular expression cannot be compiled. The syntax is that of RE2; it has no look-ahead and no back-references."},
    {"R212", "amortized and unblended are AWS's words. They are read as effective and billed, the words of the FOCUS standard."},
    {"R213", "for is a duration (15m), or a number of points: 3 of 5 points."},
    {"R214", "The value is one of a few words, which are listed."},
    {"R215", "The unit does not fit what the rule watches: money is compared with money, percentages with percentages."},
    {"R216", "The name cannot be used: ids are of small letters, digits and -; label names of letters, digits and _; some labels are the agent's own."},
    {"R301", "There is no kind of rule, or no metric, with this name. The kinds are listed; `nephoscope metrics WORD` searches the metrics. Names that begin with aws., azure. or gcp. are checked; a metric scraped from Prometheus is named as it is."},
    {"R302", "Alert names are unique over all files, because people and tickets refer to them."},
    {"R303", "Ids are unique over all files. An id that is not written is made of the name; write one of the two."},
    {"R304", "A label is nearly one of the metric's own. Labels may be tags, which nobody but you can know, so this is a warning: check the spelling."},
    {"R310", "A place ${name} in a text is filled with a label of by, or with one of the names that the kind offers; both are listed."},
    {"R311", "A place may be shaped by a filter: ${value | money}. The filters are listed."},
    {"R312", "A place begins with ${ and is not closed. A dollar sign alone is written $$."},
    {"R320", "A composite names an alert that no file has. The name must be written as the rule with it writes alert:."},
    {"R321", "A composite is made of itself, directly or by way of others. Take one of the names out, so that parts come before wholes."},
    {"R322", "Alerts are compared by labels that both sides have: every part of a composite must have the labels of same in its by."},
    {"R401", "A condition compares nothing. Write the words of the kind, such as above or actual."},
    {"R402", "The levels are in the wrong order: a more severe level must be harder to reach."},
    {"R403", "A budget needs amount, amounts or everyone_else."},
    {"R404", "amounts lists amounts by the value of a label, so by must name exactly this one label."},
    {"R405", "A health check asks one address itself (check), or watches a metric of the provider (watch)."},
    {"R406", "The timeout is longer than the time between two checks, so checks would pile up."},
    {"R407", "expected says who has to report: seen in the last 30d."},
    {"R408", "Whoever is silent longer than the time of expected is not expected any more; no_data_for must be shorter."},
    {"R440", "A composite is made of alerts that fire: all_of, any_of, at_least or in_order. none_of only takes away from these."},
    {"R441", "at_least says how many of which alerts: 2 of [UnusualSpend, InstanceCountJump, EgressHigh]."},
    {"R442", "The lists of a composite contradict each other, or say something that has no effect."},
    {"R443", "A composite is judged by the alerts that it is made of, not by data. Keys that say something of data belong to its parts."},
    {"R450", "The rule asks nothing of tags. Name tags that must be there (required), their values (allowed) or the form of these (pattern)."},
    {"R451", "A line of tags has no effect, or contradicts another one."},
    {"R452", "A key of the rule has no meaning for its kind, and would be ignored."},
    {"R601", "currency and ownership are set once, in one file."},
    {"R602", "Rates say what one unit of a currency is worth in the base currency, and of which day they are (as_of)."},
    {"R603", "ownership is a list of steps, each with one key; default comes last."},
};

}  // namespace

absl::Span<const CodeHelp> AllCodes() { return kCodes; }

const char* HelpFor(absl::string_view code) {
  for (const CodeHelp& one : kCodes)
    if (code == one.code) return one.help;
  return nullptr;
}

}  // namespace nephoscope
