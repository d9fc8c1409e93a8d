// The data sets that load_data reads.
#include "thalweg/registry/registry.hpp"

namespace thalweg::registry {
namespace {

Entry entry(std::string id, std::string name, std::string reference, std::string notes, std::string example) {
  Entry e;
  e.id = std::move(id), e.name = std::move(name), e.kind = "data", e.reference = std::move(reference);
  e.notes = std::move(notes), e.example = std::move(example);
  return e;
}

OptionInfo option(std::string name, std::string type, std::string default_text, std::string help) {
  OptionInfo o;
  o.name = std::move(name), o.type = std::move(type), o.default_text = std::move(default_text);
  o.help = std::move(help);
  return o;
}

std::vector<Entry> all() {
  std::vector<Entry> entries;
  entries.push_back(
      entry("digits", "8×8 handwritten digits, built in: 1797 samples, 10 classes",
            "Alpaydin & Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning "
            "Repository (1998)",
            "The pixels, 0 to 16, are divided by 16. Cut into parts by --validation and the split's seed.",
            "thalweg train --data digits --model 64-32-10"));
  entries.push_back(entry("fashion-mnist", "28×28 articles of clothing: 60000 + 10000 samples, 10 classes",
                          "Xiao, Rasul & Vollgraf, Fashion-MNIST, arXiv:1708.07747 (2017)",
                          "Read from Debian's package dataset-fashion-mnist. The pixels are divided by 255.",
                          "thalweg train --data fashion-mnist --model 784-256-10"));
  entries.push_back(entry("idx", "a directory of IDX files, named as MNIST's", "",
                          "idx:DIR reads train-images-idx3-ubyte, train-labels-idx1-ubyte and t10k-… or test-…, gzip "
                          "or not. Bytes are divided by 255.",
                          "thalweg train --data idx:mnist --model 784-256-10"));
  entries.push_back(entry("csv", "a table with a header line", "",
                          "csv:FILE,target=COL: every other column is a feature and holds finite numbers.",
                          "thalweg train --data csv:iris.csv,target=species --model 4-16-3"));
  entries.back().options = {
      option("target", "text", "", "the column to predict"),
      option("task", "classification|regression", "",
             "by default a target of text, or of at most 20 different whole numbers, is a class")};
  entries.back().options[1].choices = {"classification", "regression"};
  return entries;
}

}  // namespace

const std::vector<Entry>& data_sets() {
  static const std::vector<Entry> entries = all();
  return entries;
}

}  // namespace thalweg::registry
