#include "thalweg/report/assets.hpp"

#include <cstddef>

namespace thalweg::embedded {
extern const unsigned char dygraphs_js[], dygraphs_css[], dygraphs_licence[], report_css[], report_js[];
extern const std::size_t dygraphs_js_size, dygraphs_css_size, dygraphs_licence_size, report_css_size, report_js_size;
}  // namespace thalweg::embedded

namespace thalweg::report::assets {
namespace {

std::string text(const unsigned char* bytes, std::size_t size) {
  return std::string(reinterpret_cast<const char*>(bytes), size);
}

std::string without_source_map(std::string text, const std::string& open) {
  if (const auto at = text.rfind(open + "# sourceMappingURL="); at != std::string::npos) text.resize(at);
  return text;
}

}  // namespace

std::string report_css() { return text(embedded::report_css, embedded::report_css_size); }
std::string report_js() { return text(embedded::report_js, embedded::report_js_size); }
std::string dygraphs_js() {
  return without_source_map(text(embedded::dygraphs_js, embedded::dygraphs_js_size), "//");
}
std::string dygraphs_css() {
  return without_source_map(text(embedded::dygraphs_css, embedded::dygraphs_css_size), "/*");
}
std::string dygraphs_licence() { return text(embedded::dygraphs_licence, embedded::dygraphs_licence_size); }

}  // namespace thalweg::report::assets
