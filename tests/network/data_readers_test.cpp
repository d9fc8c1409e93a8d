// Readers of data files, on crafted files: good ones, and ones that are truncated, oversized or lie.
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "complaint.hpp"
#include "scratch_folder.hpp"
#include "thalweg/network/data/csv.hpp"
#include "thalweg/network/data/fashion_mnist.hpp"
#include "thalweg/network/data/idx.hpp"
#include "thalweg/network/data/load.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes word(std::uint32_t v) {
  return {static_cast<std::uint8_t>(v >> 24), static_cast<std::uint8_t>(v >> 16), static_cast<std::uint8_t>(v >> 8),
          static_cast<std::uint8_t>(v)};
}

Bytes idx(std::uint8_t type, const std::vector<std::uint32_t>& shape, const Bytes& payload) {
  Bytes out = {0, 0, type, static_cast<std::uint8_t>(shape.size())};
  for (const auto n : shape)
    for (const auto b : word(n)) out.push_back(b);
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

Bytes gzipped(const Bytes& plain) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  Bytes out(deflateBound(&z, plain.size()) + 64);
  z.next_in = const_cast<Bytef*>(plain.data());
  z.avail_in = static_cast<uInt>(plain.size());
  z.next_out = out.data();
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

class Readers : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const Bytes& bytes) {
    const auto path = directory_.path() / name;
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return path.string();
  }
  std::string write(const std::string& name, const std::string& text) {
    return write(name, Bytes(text.begin(), text.end()));
  }
  [[nodiscard]] std::string directory() const { return directory_.path().string(); }
  ScratchFolder directory_;
};

std::string idx_complaint(const Bytes& bytes) {
  return complaint([&] {
    ByteSource source(bytes, "bad.idx");
    read_idx(source);
  });
}

TEST_F(Readers, IdxOfEveryType) {
  const auto values = [](const Bytes& bytes) {
    ByteSource source(bytes, "x");
    const auto array = read_idx(source);
    std::vector<double> out;
    for (std::size_t i = 0; i < array.size(); ++i) out.push_back(array.at(i));
    return out;
  };
  EXPECT_EQ(values(idx(0x08, {2}, {0, 255})), (std::vector<double>{0, 255}));
  EXPECT_EQ(values(idx(0x09, {2}, {1, 255})), (std::vector<double>{1, -1}));
  EXPECT_EQ(values(idx(0x0B, {1, 2}, {0x01, 0x02, 0xff, 0xfe})), (std::vector<double>{258, -2}));
  EXPECT_EQ(values(idx(0x0C, {1}, {0xff, 0xff, 0xff, 0xf0})), (std::vector<double>{-16}));
  EXPECT_EQ(values(idx(0x0D, {1}, word(std::bit_cast<std::uint32_t>(-1.5f)))), (std::vector<double>{-1.5}));
  const auto d = std::bit_cast<std::uint64_t>(0.1);
  Bytes eight = word(static_cast<std::uint32_t>(d >> 32));
  for (const auto b : word(static_cast<std::uint32_t>(d))) eight.push_back(b);
  EXPECT_EQ(values(idx(0x0E, {1}, eight)), (std::vector<double>{0.1}));
}

TEST_F(Readers, IdxThatIsNone) {
  EXPECT_TRUE(says(idx_complaint({}), {"bad.idx", "4 bytes", "ends after 0"}));
  EXPECT_TRUE(says(idx_complaint({0, 0}), {"ends after 2"}));
  EXPECT_TRUE(says(idx_complaint({'P', 'K', 3, 4, 0, 0}), {"not an IDX file", "80 75 3 4"}));
  EXPECT_TRUE(says(idx_complaint(idx(0x0A, {1}, {1})), {"not an IDX file"}));  // no such type
  EXPECT_TRUE(says(idx_complaint({0, 0, 8, 0}), {"not an IDX file"}));         // no dimension
  EXPECT_TRUE(says(idx_complaint({0, 0, 8, 255}), {"not an IDX file"}));       // 255 dimensions
  EXPECT_TRUE(says(idx_complaint({0, 0, 8, 3, 0, 0, 0, 1}), {"sizes", "12 bytes", "ends after 4"}));
  EXPECT_TRUE(says(idx_complaint(idx(0x08, {3, 0}, {})), {"3×0"}));
}

TEST_F(Readers, IdxTruncatedOversizedAndLying) {
  EXPECT_TRUE(says(idx_complaint(idx(0x08, {2, 3}, {1, 2, 3, 4, 5})), {"2×3", "6 bytes", "ends after 5"}));
  EXPECT_TRUE(says(idx_complaint(idx(0x08, {2, 3}, {1, 2, 3, 4, 5, 6, 7})), {"more bytes behind", "2×3"}));
  EXPECT_TRUE(says(idx_complaint(idx(0x0D, {2}, {1, 2, 3, 4})), {"8 bytes", "ends after 4"}));
  // 4 GiB announced, 10 bytes there; and 2^160, more than any address.
  EXPECT_TRUE(says(idx_complaint(idx(0x08, {0xffffffff}, Bytes(10))), {"4294967295", "ends after 10"}));
  EXPECT_TRUE(says(idx_complaint(idx(0x08, {0xffffffff, 0x3fffffff}, Bytes(10))), {"ends after 10"}));
  EXPECT_TRUE(says(idx_complaint(idx(0x0E, std::vector<std::uint32_t>(5, 0xffffffff), Bytes(10))), {"overflows"}));
}

TEST_F(Readers, LyingHeadersAreNotAllocated) {
  // A claim of 2^60 bytes would throw bad_alloc, were it believed.
  const auto bytes = idx(0x08, {1u << 30, 1u << 30}, Bytes(100));
  EXPECT_TRUE(says(idx_complaint(bytes), {"1073741824×1073741824", "ends after 100"}));
  ByteSource source(bytes, "x");
  EXPECT_THROW(source.take(std::size_t{1} << 62, "a lie"), InvalidArgument);
}

TEST_F(Readers, Gzip) {
  const Bytes plain = idx(0x08, {4}, {1, 2, 3, 4});
  const Bytes packed = gzipped(plain);
  ByteSource source(packed, "x");
  EXPECT_EQ(read_idx(source).bytes, (Bytes{1, 2, 3, 4}));
  for (std::size_t cut = 2; cut < packed.size(); ++cut)  // every truncation is seen, the checksum's included
    EXPECT_TRUE(says(idx_complaint(Bytes(packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(cut))),
                     {"bad.idx", "truncated"}))
        << cut;
  Bytes damaged = packed;
  damaged[packed.size() - 6] ^= 1;  // the checksum
  EXPECT_TRUE(says(idx_complaint(damaged), {"not a sound gzip stream"}));
  Bytes longer = packed;
  longer.push_back('x');
  EXPECT_NE(idx_complaint(longer), "(nothing was thrown)");
  // Two members are one stream.
  Bytes two = gzipped(Bytes(plain.begin(), plain.begin() + 6));
  for (const auto b : gzipped(Bytes(plain.begin() + 6, plain.end()))) two.push_back(b);
  ByteSource joined(two, "x");
  EXPECT_EQ(read_idx(joined).bytes, (Bytes{1, 2, 3, 4}));
}

TEST_F(Readers, IdxDirectory) {
  Bytes pixels;
  for (int i = 0; i < 20 * 4; ++i) pixels.push_back(static_cast<std::uint8_t>(i));
  Bytes labels;
  for (int i = 0; i < 20; ++i) labels.push_back(static_cast<std::uint8_t>(i % 2));
  write("train-images-idx3-ubyte.gz", gzipped(idx(0x08, {20, 2, 2}, pixels)));
  write("train-labels-idx1-ubyte", idx(0x08, {20}, labels));
  auto parts = load_data<double>("idx:" + directory(), {.split = {.validation = 0.2, .test = 0.1}});
  EXPECT_EQ(parts.test.samples, 2u);  // no test file: cut from the training file
  EXPECT_EQ(parts.validation.samples, 4u);
  EXPECT_EQ(parts.train.samples, 14u);
  EXPECT_EQ(parts.train.shape, (std::vector<std::size_t>{2, 2}));
  EXPECT_EQ(parts.train.classes, 2u);
  for (std::size_t i = 0; i < parts.train.samples; ++i) {
    const double first = parts.train.input(i)[0] * 255.0;  // 4·row
    EXPECT_EQ(static_cast<int>(std::lround(first / 4.0)) % 2, parts.train.labels[i]);
  }
  write("t10k-images.idx3-ubyte", idx(0x08, {3, 2, 2}, Bytes(12, 255)));
  EXPECT_TRUE(says(complaint([&] { load_data<double>("idx:" + directory()); }), {"test images but no test labels"}));
  write("t10k-labels.idx1-ubyte", idx(0x08, {3}, {0, 1, 2}));
  parts = load_data<double>("idx:" + directory(), {.split = {.validation = 0.2, .test = 0.1}});
  EXPECT_EQ(parts.test.samples, 3u);
  EXPECT_EQ(parts.train.samples, 16u);
  EXPECT_EQ(parts.train.classes, 3u);  // a class that only the test file has
  EXPECT_EQ(parts.test.inputs, std::vector<double>(12, 1.0));
}

TEST_F(Readers, IdxDirectoryComplaints) {
  const auto load = [&] { load_data<float>("idx:" + directory()); };
  EXPECT_TRUE(says(complaint([] { load_data<float>("idx:/no/such"); }), {"no directory /no/such"}));
  EXPECT_TRUE(says(complaint(load), {"no training images", "train-images-idx3-ubyte"}));
  write("train-images-idx3-ubyte", idx(0x08, {3, 2}, Bytes(6)));
  EXPECT_TRUE(says(complaint(load), {"no training labels"}));
  write("train-labels-idx1-ubyte", idx(0x08, {2}, {0, 1}));
  EXPECT_TRUE(says(complaint(load), {"3 samples", "2 labels"}));
  write("train-labels-idx1-ubyte", idx(0x08, {3, 1}, {0, 1, 2}));
  EXPECT_TRUE(says(complaint(load), {"one dimension", "3×1"}));
  write("train-labels-idx1-ubyte", idx(0x09, {3}, {0, 1, 255}));
  EXPECT_TRUE(says(complaint(load), {"label 2 is -1"}));
}

TEST_F(Readers, FashionMnistNamesItsPackage) {
  EXPECT_TRUE(says(complaint([] { fashion_mnist<float>({}, "/no/such"); }), {"/no/such", "dataset-fashion-mnist"}));
  write("train-images-idx3-ubyte", idx(0x08, {4, 2}, Bytes(8)));
  write("train-labels-idx1-ubyte", idx(0x08, {4}, {0, 1, 0, 1}));
  EXPECT_TRUE(says(complaint([&] { fashion_mnist<float>({}, directory()); }), {"expected 60000 + 10000", "idx:DIR"}));
}

TEST_F(Readers, FashionMnistLongForm) {
  if (!std::filesystem::is_directory(fashion_mnist_directory))
    GTEST_SKIP() << "the package dataset-fashion-mnist is not installed";
  const auto parts = load_data<float>("fashion-mnist", {.split = {.validation = 0.1}});
  EXPECT_EQ(parts.train.samples, 54000u);
  EXPECT_EQ(parts.validation.samples, 6000u);
  EXPECT_EQ(parts.test.samples, 10000u);
  EXPECT_EQ(parts.train.class_names.at(9), "Ankle boot");
  for (int c = 0; c < 10; ++c) {  // the set has 6000 and 1000 of each class; the cut is stratified
    EXPECT_EQ(std::ranges::count(parts.train.labels, c), 5400);
    EXPECT_EQ(std::ranges::count(parts.test.labels, c), 1000);
  }
  double mean = 0;
  for (const auto* part : {&parts.train, &parts.validation})
    for (const float x : part->inputs) mean += x;
  EXPECT_NEAR(mean / (60000.0 * 784.0), 0.2860, 5e-5);  // the known mean pixel of the training file
}

CsvTable table_of(const std::string& text) {
  const Bytes bytes(text.begin(), text.end());
  ByteSource source(bytes, "t.csv");
  return read_csv(source);
}
std::string csv_complaint(const std::string& text, const std::string& target = "y",
                          CsvTask task = CsvTask::automatic) {
  return complaint([&] { csv_data<double>("csv", table_of(text), target, task); });
}

TEST_F(Readers, CsvCells) {
  const auto table = table_of("\xEF\xBB\xBF a ,\"b \"\"x\"\", c\"\r\n1,\"2\n3\"\r\n\r\n4,5");
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_EQ(table.rows[0][1], "b \"x\", c");
  EXPECT_EQ(table.rows[1][1], "2\n3");
  EXPECT_EQ(table.rows[2], (std::vector<std::string>{"4", "5"}));
  EXPECT_EQ(table.lines, (std::vector<std::size_t>{1, 2, 5}));
}

TEST_F(Readers, CsvClassesAndQuantities) {
  auto data = csv_data<double>("csv", table_of("a,y,b\n1,cat,2\n3,ant,4\n5,cat,6\n"), "y");
  EXPECT_EQ(data.features, 2u);
  EXPECT_EQ(data.inputs, (std::vector<double>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(data.class_names, (std::vector<std::string>{"ant", "cat"}));
  EXPECT_EQ(data.labels, (std::vector<std::int32_t>{1, 0, 1}));
  data = csv_data<double>("csv", table_of("a,y\n1,10\n2,9\n3,-1\n"), "y");  // whole numbers, by value
  EXPECT_EQ(data.class_names, (std::vector<std::string>{"-1", "9", "10"}));
  EXPECT_EQ(data.labels, (std::vector<std::int32_t>{2, 1, 0}));
  data = csv_data<double>("csv", table_of("a,y\n1,10\n2,9\n3,-1\n"), "y", CsvTask::regression);
  EXPECT_EQ(data.targets, (std::vector<double>{10, 9, -1}));
  data = csv_data<double>("csv", table_of("a,y\n1,0.5\n2,9\n"), "y");
  EXPECT_EQ(data.classes, 0u);
  std::string many = "a,y\n";
  for (int i = 0; i < 21; ++i) many += "0," + std::to_string(i) + "\n";
  EXPECT_EQ(csv_data<double>("csv", table_of(many), "y").classes, 0u);
  EXPECT_EQ(csv_data<double>("csv", table_of(many), "y", CsvTask::classification).classes, 21u);
}

TEST_F(Readers, CsvComplaints) {
  EXPECT_TRUE(says(csv_complaint(""), {"t.csv", "empty"}));
  EXPECT_TRUE(says(csv_complaint("a,y\n"), {"no rows"}));
  EXPECT_TRUE(says(csv_complaint("y\n1\n"), {"no column besides"}));
  EXPECT_TRUE(says(csv_complaint("a,b\n1,2\n"), {"line 1", "no column `y`", "a, b"}));
  EXPECT_TRUE(says(csv_complaint("quality,b\n1,2\n", "qualty"), {"did you mean `quality`"}));
  EXPECT_TRUE(says(csv_complaint("a,a,y\n1,2,3\n"), {"two columns are named `a`"}));
  EXPECT_TRUE(says(csv_complaint("a,y\n1,2\n1,2,3\n"), {"line 3", "3 cells", "has 2"}));
  EXPECT_TRUE(says(csv_complaint("a,y\n1,2\nx1,2\n"), {"line 3", "column `a`", "\"x1\""}));
  EXPECT_TRUE(says(csv_complaint("a,y\n,2\n"), {"line 2", "column `a`", "not a finite number"}));
  EXPECT_TRUE(says(csv_complaint("a,y\nnan,2\n"), {"not a finite number"}));
  EXPECT_TRUE(says(csv_complaint("a,y\n1e999,2\n"), {"not a finite number"}));
  EXPECT_TRUE(says(csv_complaint("a,y\n1 2,2\n"), {"not a finite number"}));
  EXPECT_TRUE(says(csv_complaint("a,y\n1,\n"), {"line 2", "target `y` is missing"}));
  EXPECT_TRUE(says(csv_complaint("a,y\n1,cat\n", "y", CsvTask::regression), {"\"cat\""}));
  EXPECT_TRUE(says(csv_complaint("a,y\n\"1,2\n"), {"line 2", "not closed"}));
  EXPECT_TRUE(says(csv_complaint("a,y\n1\"2\",2\n"), {"quote inside a cell"}));
  EXPECT_TRUE(says(csv_complaint("a,y\n\"1\"2,2\n"), {"behind a closing quote"}));
  EXPECT_TRUE(says(complaint([] { csv_data<float>("c", table_of("a,y\n1e300,0\n"), "y"); }), {"single precision"}));
}

TEST_F(Readers, CsvByName) {
  std::string text = "a,b,kind\n";
  for (int i = 0; i < 40; ++i)
    text += std::to_string(i) + "," + std::to_string(i * i) + (i % 2 ? ",odd\n" : ",even\n");
  const std::string path = write("a,table.csv", text);
  const auto parts = load_data<double>("csv:" + path + ",target=kind",
                                       {.split = {.validation = 0.25, .test = 0.25}, .standardise = true});
  EXPECT_EQ(parts.train.samples, 20u);
  EXPECT_EQ(parts.train.classes, 2u);
  EXPECT_TRUE(says(complaint([&] { load_data<double>("csv:" + path + ",target=a,task=regression"); }),
                   {"line 2", "column `kind`", "not a finite number"}));
}

TEST_F(Readers, LoadComplaints) {
  const auto of = [](const std::string& text) { return complaint([&] { load_data<double>(text); }); };
  EXPECT_TRUE(says(of("digit"), {"unknown data `digit`", "did you mean `digits`?"}));
  EXPECT_TRUE(says(of("csv:x.csv"), {"csv:FILE,target=COLUMN"}));
  EXPECT_TRUE(says(of("csv:/no/such.csv,target=y"), {"/no/such.csv", "no such file"}));
  EXPECT_TRUE(says(of("csv:/tmp,target=y"), {"it is a directory"}));
  EXPECT_TRUE(says(of("csv:x.csv,target=y,task=z"), {"task is \"z\""}));
}

TEST_F(Readers, DigitsByNameLeaveATestPart) {
  const auto parts = load_data<float>("digits");
  EXPECT_EQ(parts.train.samples + parts.validation.samples + parts.test.samples, 1797u);
  EXPECT_EQ(parts.test.samples, 359u);
}

TEST_F(Readers, RegistryNamesWhatLoadReads) {
  std::vector<std::string> ids;
  for (const auto& e : registry::entries("data")) ids.push_back(e.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"digits", "fashion-mnist", "idx", "csv"}));
}

// Files damaged at random: read, or refused with InvalidArgument; nothing else, and no byte out of place (the
// sanitizer build watches).
TEST_F(Readers, DamagedFilesAreReadOrRefused) {
  Bytes pixels(24);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(7 * i);
  const std::string table = "a,\"b, c\",y\n1,2.5,cat\r\n\"3\",4e-2,\"d\"\"og\"\n";
  const std::vector<Bytes> sound = {idx(0x08, {2, 3, 4}, pixels), gzipped(idx(0x0D, {3, 2}, pixels)),
                                    Bytes(table.begin(), table.end()), gzipped(Bytes(table.begin(), table.end()))};
  std::size_t refused = 0, read = 0;
  for (std::uint64_t trial = 0; trial < 8000; ++trial) {
    Generator random(Stream(trial, Purpose("test.damage")));
    Bytes bytes = sound[trial % sound.size()];
    for (std::size_t n = 1 + random.index(4); n > 0 && !bytes.empty(); --n) {
      const auto at = static_cast<std::ptrdiff_t>(random.index(bytes.size()));
      const std::size_t how = random.index(4);
      if (how == 0) bytes[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(random.index(256));
      if (how == 1) bytes[static_cast<std::size_t>(at)] ^= static_cast<std::uint8_t>(1u << random.index(8));
      if (how == 2) bytes.erase(bytes.begin() + at, bytes.begin() + at + 1);
      if (how == 3) bytes.insert(bytes.begin() + at, static_cast<std::uint8_t>(random.index(256)));
    }
    try {
      ByteSource source(bytes, "damaged");
      if (trial % sound.size() < 2) {
        const IdxArray array = read_idx(source);
        double sum = 0.0;
        for (std::size_t i = 0; i < array.size(); ++i) sum += array.at(i);
        static_cast<void>(sum);
      } else {
        csv_data<double>("csv", read_csv(source), "y").check();
      }
      ++read;
    } catch (const InvalidArgument&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 3000u);
  EXPECT_GT(read, 100u);  // a changed pixel is still a pixel
}

}  // namespace
}  // namespace thalweg
