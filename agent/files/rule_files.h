// RuleFiles: the rule files on disk, and the newest good version of each.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "rules/language/language.h"
#include "rules/model/diagnostic.h"
#include "rules/model/rule.h"

namespace nephoscope {

// A folder and its sub-folders, as ReadRuleFiles goes through them.
std::vector<std::string> FoldersOf(const std::string& folder);
// What is said of files and folders without a rule.
std::string NothingFoundIn(const std::vector<std::string>& paths);

// Reads files and folders (every *.yml and *.yaml in them and below; names that begin with a dot are Kubernetes' own).
struct ReadFiles {
  std::vector<SourceFile> files;
  std::vector<Diagnostic> problems;  // a path that cannot be read (code R001)
};
ReadFiles ReadRuleFiles(const std::vector<std::string>& paths);

// The tables (*.csv) that rule files and tests name, as far as they can be read.
void AddTables(ReadFiles& read);

// The rule files that test files name and that are not there yet, as far as they can be read; the reader of rules tells of the others.
void AddTestedFiles(ReadFiles& read);

// One file, or standard input for "-". `ok` false: `text` says why.
struct ReadText {
  bool ok = false;
  std::string text;
};
ReadText ReadTextFile(const std::string& path);

// Two things at the same time.
void Both(const std::function<void()>& one, const std::function<void()>& other);

class RuleFiles {
 public:
  explicit RuleFiles(std::vector<std::string> paths) : paths_(std::move(paths)) {}

  struct Result {
    std::shared_ptr<const RuleSet> rules;    // what holds from now on; a bad file counts with its last good version
    std::vector<Diagnostic> diagnostics;
    std::vector<SourceFile> texts;           // as read now, for the excerpts
    std::map<std::string, bool> files;       // file -> is its present text in force
    std::map<std::string, std::string> in_force;  // every file that counts, with the text that does
    bool all_good() const;
    // The files whose present text does not count: where and why, and what counts instead; empty: there are none.
    std::string Refused() const;
  };
  // Reads and checks everything again. A file with an error keeps its last good version; the others load.
  Result Load();

  // Good versions of an earlier run, for files that are bad now. Before the Load that is to use them.
  void Remember(std::map<std::string, std::string> good) { last_good_.merge(good); }

  const std::vector<std::string>& paths() const { return paths_; }

 private:
  std::vector<std::string> paths_;
  std::map<std::string, std::string> last_good_;  // path -> text
  std::shared_ptr<const RuleSet> last_;           // what was given out
};

}  // namespace nephoscope
