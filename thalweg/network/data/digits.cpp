#include "thalweg/network/data/digits.hpp"

#include <charconv>

#include "thalweg/network/data/csv.hpp"

namespace thalweg {
namespace embedded {
extern const unsigned char digits[];
extern const std::size_t digits_size;
}  // namespace embedded

template <class S>
DataSet<S> digits() {
  ByteSource source({embedded::digits, embedded::digits_size}, "digits.csv.gz");
  const CsvTable table = read_csv(source);
  DataSet<S> data;
  data.id = "digits";
  data.samples = table.rows.size();
  data.features = 64;
  data.classes = 10;
  data.shape = {8, 8};
  for (const auto& row : table.rows)
    for (std::size_t c = 0; c < row.size(); ++c) {
      int v = -1;
      std::from_chars(row[c].data(), row[c].data() + row[c].size(), v);
      if (c < 64)
        data.inputs.push_back(static_cast<S>(v) / S{16});
      else
        data.labels.push_back(v);
    }
  data.check();
  return data;
}

template DataSet<float> digits();
template DataSet<double> digits();

}  // namespace thalweg
