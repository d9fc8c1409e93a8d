// Texts that the build puts into the library (cmake/report_assets.cmake).
#pragma once

#include <string>

namespace thalweg::report::assets {

std::string report_css();
std::string report_js();
// Dygraphs (MIT licence), as the package has it, less the line by which a browser's tools would ask for a source map.
std::string dygraphs_js();
std::string dygraphs_css();
std::string dygraphs_licence();

}  // namespace thalweg::report::assets
