#include "thalweg/experiment/run_store.hpp"

#include <cctype>
#include <fstream>
#include <nlohmann/json.hpp>

namespace thalweg {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

}  // namespace

std::string slug(const std::string& label) {
  std::string out;
  for (const char c : label) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      out += c;
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out.substr(0, 60);
}

std::string job_key(const Comparison& c, const Job& job, const std::string& version) {
  const MethodSpec& m = c.methods[job.method];
  Json key = {{"version", version}, {"id", m.id},     {"estimator", m.estimator},
              {"credit", m.credit}, {"rule", m.rule}, {"seed", job.seed}};
  Json settings = Json::object();
  for (const auto& [name, value] : job.settings) settings[name] = value;
  key["settings"] = settings;
  const RunBudget& b = job.budget;
  Json budget = Json::object();
  const auto put = [&](const char* name, const auto& value) {
    if (value) budget[name] = *value;
  };
  put("flops", b.flops), put("seconds", b.seconds), put("epochs", b.epochs), put("samples", b.samples);
  put("iterations", b.iterations), put("evaluations", b.evaluations);
  put("simplex_gradients", b.simplex_gradients), put("evaluations_per_dimension", b.evaluations_per_dimension);
  for (const auto& [kind, cap] : b.answers) budget[std::string(name(kind))] = cap;
  key["budget"] = budget;
  if (c.task) {
    const TaskSpec& t = *c.task;
    key["task"] = {{"data", t.data},
                   {"model", t.model},
                   {"loss", t.loss},
                   {"initialisation", t.initialisation},
                   {"scalar", t.scalar},
                   {"batch", t.batch},
                   {"validation", t.validation},
                   {"test", t.test},
                   {"split_seed", t.split_seed},
                   {"standardise", t.standardise},
                   {"measurements", t.measurements},
                   {"tuning", job.tuning}};  // tuning runs leave the gradient's diagnostics out
  } else {
    const ProblemSpec& p = c.problems[job.problem];
    key["problem"] = {{"id", p.id}, {"x0", p.x0}};
    if (p.target) key["problem"]["target"] = *p.target;
  }
  return key.dump(-1, ' ', false, Json::error_handler_t::replace);
}

RunStore::RunStore(const fs::path& directory, bool resume) : folder_(directory / "runs") {
  std::error_code error;
  if (!resume && fs::exists(folder_, error)) {
    const fs::path old = directory / "runs.old";
    fs::remove_all(old, error);
    fs::rename(folder_, old, error);
    if (error)
      throw InvalidArgument("cannot rename " + folder_.string() + " to " + old.string() + ": " + error.message());
  }
  fs::create_directories(folder_, error);
  if (error) throw InvalidArgument("cannot make the folder " + folder_.string() + ": " + error.message());
  for (const auto& entry : fs::directory_iterator(folder_)) {
    if (entry.path().extension() != ".jsonl") continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      const Json json = Json::parse(line, nullptr, false);  // a line cut off by a kill is no record
      if (json.is_object() && json.contains("job") && json.contains("run"))
        known_[json["job"].dump()] = json["run"].dump();
    }
  }
}

std::optional<RunRecord> RunStore::find(const std::string& key) const {
  const auto found = known_.find(key);
  if (found == known_.end()) return {};
  return run_from_json(found->second);
}

void RunStore::append(std::size_t method, const std::string& label, const std::string& key, bool tuning,
                      const RunRecord& run) {
  const std::string digits = std::to_string(method + 1);
  const fs::path path = folder_ / ((digits.size() < 2 ? "0" : "") + digits + "-" + slug(label) + ".jsonl");
  const std::string line =
      "{\"job\":" + key + ",\"tuning\":" + (tuning ? "true" : "false") + ",\"run\":" + run_to_json(run) + "}\n";
  const std::lock_guard lock(mutex_);
  bool torn = false;  // the last line of a killed comparison
  if (std::ifstream before(path, std::ios::binary | std::ios::ate); before && before.tellg() > 0) {
    before.seekg(-1, std::ios::end);
    torn = before.get() != '\n';
  }
  std::ofstream file(path, std::ios::binary | std::ios::app);
  file << (torn ? "\n" : "") << line << std::flush;
  if (!file) throw InvalidArgument("cannot write " + path.string());
}

void write_file(const fs::path& path, const std::string& text) {
  fs::path half = path;
  half += ".part";
  std::ofstream file(half, std::ios::binary | std::ios::trunc);
  file << text << std::flush;
  file.close();
  std::error_code error;
  if (file) fs::rename(half, path, error);
  if (!file || error) throw InvalidArgument("cannot write " + path.string());
}

}  // namespace thalweg
