#include "thalweg/core/study_log.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "thalweg/core/stamp.hpp"

namespace thalweg {

namespace {

constexpr const char* schema =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE answers(k INTEGER PRIMARY KEY, asks INTEGER NOT NULL, sample INTEGER NOT NULL, f REAL,"
    " failed INTEGER NOT NULL, error TEXT, seconds REAL NOT NULL, question BLOB NOT NULL, answer BLOB NOT NULL);"
    "CREATE TABLE remembered(name TEXT PRIMARY KEY, vals BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE events(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, text TEXT NOT NULL, seconds REAL NOT NULL,"
    " at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')));"
    "PRAGMA application_id=0x7468616c;"  // "thal"
    "PRAGMA user_version=1;";

using Bytes = std::vector<unsigned char>;

void put(Bytes& bytes, const void* data, std::size_t size) {
  if (size == 0) return;
  const std::size_t at = bytes.size();
  bytes.resize(at + size);
  std::memcpy(bytes.data() + at, data, size);
}
template <class T>
void put(Bytes& bytes, const T& value) {
  put(bytes, &value, sizeof value);
}
void put(Bytes& bytes, std::span<const double> values) { put(bytes, values.data(), values.size_bytes()); }

// The question's bits: asks, sizes, sample, fidelity, perturbation, point, direction.
void encode(const Question<double>& q, Bytes& out) {
  if (q.asks.has(AnswerKind::layer_statistics) || q.asks.has(AnswerKind::model_statistics))
    throw InvalidArgument("a study cannot hold statistics of layers, which this method asks; run it without a study");
  out.clear();
  put(out, q.asks.bits());
  put(out, static_cast<std::uint64_t>(q.point.size()));
  put(out, static_cast<std::uint64_t>(q.direction.size()));
  put(out, q.sample.id);
  put(out, q.fidelity);
  put(out, static_cast<std::uint8_t>(q.perturbation.noise));
  put(out, q.perturbation.scale);
  put(out, q.perturbation.stream.key);
  put(out, q.perturbation.stream.direction);
  put(out, q.perturbation.stream.step);
  if (q.perturbation.rank != 0) put(out, q.perturbation.rank);
  put(out, q.point);
  put(out, q.direction);
}

// The answer's parts that were asked, in one fixed order, as spans over its storage.
template <class A, class F>
void parts(Kinds asks, A& a, F&& f) {
  if (asks.has(AnswerKind::gradient)) f(a.gradient);
  if (asks.has(AnswerKind::hessian_vector)) f(a.hessian_vector);
  if (asks.has(AnswerKind::hessian)) f(a.hessian);
  if (asks.has(AnswerKind::third)) f(a.third);
  if (asks.has(AnswerKind::residual)) f(a.residual);
  if (asks.has(AnswerKind::jacobian)) f(a.jacobian);
  if (asks.has(AnswerKind::jacobian_vector) || asks.has(AnswerKind::vector_jacobian)) f(a.product);
  if (asks.has(AnswerKind::fisher_vector)) f(a.fisher_vector);
}

void encode(const Question<double>& q, const Answer<double>& a, Bytes& out) {
  out.clear();
  put(out, a.value);
  put(out, a.directional);
  put(out, a.flops);
  put(out, static_cast<std::uint8_t>(a.quality));
  parts(q.asks, a, [&](std::span<const double> part) { put(out, part); });
}

constexpr std::size_t answer_head = 3 * sizeof(double) + 1;

bool decode(const Question<double>& q, Answer<double>& a, std::span<const unsigned char> bytes) {
  std::size_t expected = answer_head;
  parts(q.asks, a, [&](std::span<double> part) { expected += part.size_bytes(); });
  if (bytes.size() != expected) return false;
  const unsigned char* at = bytes.data();
  const auto take = [&](void* to, std::size_t size) {
    std::memcpy(to, at, size);
    at += size;
  };
  take(&a.value, sizeof a.value);
  take(&a.directional, sizeof a.directional);
  take(&a.flops, sizeof a.flops);
  a.quality = static_cast<Quality>(*at++);
  parts(q.asks, a, [&](std::span<double> part) {
    if (!part.empty()) take(part.data(), part.size_bytes());
  });
  return true;
}

std::string settings_text(const Settings& settings) {
  std::string text;
  for (const auto& [name, value] : settings) text += name + "=" + value + "\n";
  return text;
}

Settings settings_from(std::string_view text) {
  Settings settings;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const std::size_t equals = line.find('=');
    if (equals != std::string_view::npos) settings.emplace_back(line.substr(0, equals), line.substr(equals + 1));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return settings;
}

}  // namespace

struct StudyLog::State {
  std::string path;
  sqlite3* db = nullptr;
  sqlite3_stmt* insert = nullptr;
  sqlite3_stmt* read = nullptr;
  bool in_transaction = false;
  Bytes question_bytes, answer_bytes;

  [[noreturn]] void fail(const std::string& doing) const {
    std::string message = "study " + path + ": cannot " + doing + ": " + sqlite3_errmsg(db);
    switch (sqlite3_errcode(db) & 0xff) {
      case SQLITE_FULL:
        message += "; free some space and resume: every answer before this one is safe";
        break;
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
        message += "; another process has it open";
        break;
      case SQLITE_NOTADB:
        message += "; give the path of a study, or of a new file";
        break;
      default:
        break;
    }
    throw StudyError(message);
  }
  void execute(const char* sql, const std::string& doing) const {
    if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(doing);
  }
  [[nodiscard]] sqlite3_stmt* prepare(const char* sql) const {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, nullptr) != SQLITE_OK) fail("read it");
    return statement;
  }
  void begin_transaction() {
    if (in_transaction) return;
    execute("BEGIN IMMEDIATE", "write");
    in_transaction = true;
  }
  void commit() {
    if (!in_transaction) return;
    in_transaction = false;
    if (sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr) != SQLITE_OK) {
      const std::string why = sqlite3_errmsg(db);
      sqlite3_exec(db, "ROLLBACK", nullptr, nullptr, nullptr);
      throw StudyError("study " + path + ": cannot commit: " + why + "; every answer before this one is safe");
    }
  }
  ~State() {
    sqlite3_finalize(insert);
    sqlite3_finalize(read);
    sqlite3_close(db);
  }
};

namespace {
void bind_text(sqlite3_stmt* s, int i, std::string_view text) {
  sqlite3_bind_text(s, i, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}
void bind_blob(sqlite3_stmt* s, int i, std::span<const unsigned char> bytes) {
  sqlite3_bind_blob64(s, i, bytes.empty() ? reinterpret_cast<const unsigned char*>("") : bytes.data(), bytes.size(),
                      SQLITE_STATIC);
}
std::span<const unsigned char> blob(sqlite3_stmt* s, int i) {
  return {static_cast<const unsigned char*>(sqlite3_column_blob(s, i)),
          static_cast<std::size_t>(sqlite3_column_bytes(s, i))};
}
std::string text(sqlite3_stmt* s, int i) {
  const auto bytes = blob(s, i);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
}  // namespace

StudyLog::StudyLog(const std::string& path, Mode mode) : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.path = path;
  const bool exists = std::filesystem::exists(path) && std::filesystem::file_size(path) > 0;
  if (mode == Mode::resume && !exists) throw InvalidArgument("study " + path + " does not exist; nothing to resume");
  if (mode == Mode::create && exists)
    throw InvalidArgument("study " + path + " exists already; resume it, or give a new path");
  if (sqlite3_open_v2(path.c_str(), &s.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                      nullptr) != SQLITE_OK)
    s.fail("open it");
  // One owner at a time: two processes would interleave their answers.
  s.execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;", "open it");
  const auto integer = [&s](const char* sql) {
    sqlite3_stmt* statement = s.prepare(sql);
    const int value = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int(statement, 0) : 0;
    sqlite3_finalize(statement);
    return value;
  };
  // A process killed between opening and creating leaves a database without tables: a study of nothing yet.
  if (!exists || integer("SELECT count(*) FROM sqlite_master") == 0)
    s.execute((std::string("BEGIN;") + schema + "COMMIT;").c_str(), "create it");
  if (integer("PRAGMA application_id") != 0x7468616c)
    throw InvalidArgument(path + " is an SQLite file, but not a study of thalweg; give another path");
  s.insert = s.prepare(
      "INSERT INTO answers(k,asks,sample,f,failed,error,seconds,question,answer) VALUES(?,?,?,?,?,?,?,?,?)");
  s.read = s.prepare("SELECT failed,error,seconds,question,answer FROM answers WHERE k=?");
  event(exists ? "resumed" : "created", stamp(), 0.0);
}

StudyLog::~StudyLog() {
  if (state_->in_transaction) sqlite3_exec(state_->db, "COMMIT", nullptr, nullptr, nullptr);
}

void StudyLog::set_meta(std::string_view key, std::string_view value) {
  sqlite3_stmt* statement = state_->prepare("INSERT OR REPLACE INTO meta(key,value) VALUES(?,?)");
  bind_text(statement, 1, key);
  bind_text(statement, 2, value);
  const int code = sqlite3_step(statement);
  sqlite3_finalize(statement);
  if (code != SQLITE_DONE) state_->fail("write");
}

std::optional<std::string> StudyLog::meta(std::string_view key) const {
  sqlite3_stmt* statement = state_->prepare("SELECT value FROM meta WHERE key=?");
  bind_text(statement, 1, key);
  std::optional<std::string> value;
  if (sqlite3_step(statement) == SQLITE_ROW) value = text(statement, 0);
  sqlite3_finalize(statement);
  return value;
}

std::uint64_t StudyLog::answers() const {
  sqlite3_stmt* statement = state_->prepare("SELECT count(*) FROM answers");
  sqlite3_step(statement);
  const auto count = static_cast<std::uint64_t>(sqlite3_column_int64(statement, 0));
  sqlite3_finalize(statement);
  return count;
}

std::optional<RunStamp<double>> StudyLog::run_stamp() const {
  const auto method = meta("run.method");
  if (!method) return std::nullopt;
  RunStamp<double> stamp;
  stamp.method = *method;
  stamp.settings = settings_from(meta("run.settings").value_or(""));
  stamp.seed = std::stoull(meta("run.seed").value_or("0"));
  stamp.x0 = detail::parse_list("x0", meta("run.x0").value_or(""));
  return stamp;
}

void StudyLog::begin(const RunStamp<double>& stamp) {
  State& s = *state_;
  const auto old = run_stamp();
  if (!old) {
    s.begin_transaction();
    set_meta("run.settings", settings_text(stamp.settings));
    set_meta("run.seed", std::to_string(stamp.seed));
    set_meta("run.x0", detail::format(stamp.x0));
    set_meta("run.method", stamp.method);
    s.commit();
    return;
  }
  const auto differs = [&](const std::string& what, const std::string& had, const std::string& now) {
    throw InvalidArgument("study " + s.path + " holds another run: its " + what + " is " + had + ", this run's is " +
                          now);
  };
  if (old->method != stamp.method) differs("method", old->method, stamp.method);
  if (old->seed != stamp.seed) differs("seed", std::to_string(old->seed), std::to_string(stamp.seed));
  if (old->x0 != stamp.x0) differs("x0", detail::format(old->x0), detail::format(stamp.x0));
  for (const auto& [name, value] : stamp.settings)
    for (const auto& [old_name, old_value] : old->settings)
      if (name == old_name && value != old_value) differs("option " + name, old_value, value);
}

bool StudyLog::replay(std::uint64_t k, const Question<double>& question, Answer<double>& answer, double& seconds) {
  State& s = *state_;
  sqlite3_reset(s.read);
  sqlite3_bind_int64(s.read, 1, static_cast<sqlite3_int64>(k));
  const int code = sqlite3_step(s.read);
  if (code == SQLITE_DONE) return false;
  if (code != SQLITE_ROW) s.fail("read it");
  encode(question, s.question_bytes);
  const auto logged = blob(s.read, 3);
  if (!std::equal(logged.begin(), logged.end(), s.question_bytes.begin(), s.question_bytes.end()))
    throw Diverged("study " + s.path + ": diverged at question " + std::to_string(k) +
                   ": the run asks something else than the study holds (another build, library or processor, or a "
                   "budget that the method plans with)");
  if (!decode(question, answer, blob(s.read, 4)))
    throw StudyError("study " + s.path + ": the answer to question " + std::to_string(k) + " is damaged");
  answer.failed = sqlite3_column_int(s.read, 0) != 0;
  answer.error = text(s.read, 1);
  seconds = sqlite3_column_double(s.read, 2);
  return true;
}

void StudyLog::record(std::uint64_t k, const Question<double>& question, const Answer<double>& answer,
                      double seconds) {
  State& s = *state_;
  s.begin_transaction();
  encode(question, s.question_bytes);
  encode(question, answer, s.answer_bytes);
  sqlite3_bind_int64(s.insert, 1, static_cast<sqlite3_int64>(k));
  sqlite3_bind_int64(s.insert, 2, question.asks.bits());
  sqlite3_bind_int64(s.insert, 3, static_cast<sqlite3_int64>(question.sample.id));
  sqlite3_bind_double(s.insert, 4, answer.value);
  sqlite3_bind_int(s.insert, 5, answer.failed ? 1 : 0);
  bind_text(s.insert, 6, answer.error);
  sqlite3_bind_double(s.insert, 7, seconds);
  bind_blob(s.insert, 8, s.question_bytes);
  bind_blob(s.insert, 9, s.answer_bytes);
  const int code = sqlite3_step(s.insert);
  if (code != SQLITE_DONE) s.fail("record answer " + std::to_string(k));
  sqlite3_reset(s.insert);
}

void StudyLog::commit() { state_->commit(); }

std::optional<std::vector<double>> StudyLog::remembered(std::string_view name) {
  sqlite3_stmt* statement = state_->prepare("SELECT vals FROM remembered WHERE name=?");
  bind_text(statement, 1, name);
  std::optional<std::vector<double>> values;
  if (sqlite3_step(statement) == SQLITE_ROW) {
    const auto bytes = blob(statement, 0);
    values.emplace(bytes.size() / sizeof(double));
    if (!bytes.empty()) std::memcpy(values->data(), bytes.data(), bytes.size());
  }
  sqlite3_finalize(statement);
  return values;
}

void StudyLog::remember(std::string_view name, const std::vector<double>& values) {
  sqlite3_stmt* statement = state_->prepare("INSERT INTO remembered(name,vals) VALUES(?,?)");
  Bytes bytes;
  put(bytes, std::span<const double>(values));
  bind_text(statement, 1, name);
  bind_blob(statement, 2, bytes);
  const int code = sqlite3_step(statement);
  sqlite3_finalize(statement);
  if (code != SQLITE_DONE) state_->fail("write");
}

void StudyLog::event(std::string_view kind, std::string_view what, double seconds) {
  sqlite3_stmt* statement = state_->prepare("INSERT INTO events(kind,text,seconds) VALUES(?,?,?)");
  bind_text(statement, 1, kind);
  bind_text(statement, 2, what);
  sqlite3_bind_double(statement, 3, seconds);
  const int code = sqlite3_step(statement);
  sqlite3_finalize(statement);
  if (code != SQLITE_DONE) state_->fail("write");
}

}  // namespace thalweg
