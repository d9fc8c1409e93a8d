# What a report carries inside: our style and script, and Dygraphs from Debian's libjs-dygraphs with its licence.
find_file(THALWEG_DYGRAPHS_JS dygraph.min.js PATHS /usr/share/javascript/dygraphs NO_DEFAULT_PATH)
find_file(THALWEG_DYGRAPHS_CSS dygraph.min.css PATHS /usr/share/javascript/dygraphs NO_DEFAULT_PATH)
find_file(THALWEG_DYGRAPHS_LICENCE copyright PATHS /usr/share/doc/libjs-dygraphs NO_DEFAULT_PATH)
if(NOT THALWEG_DYGRAPHS_JS OR NOT THALWEG_DYGRAPHS_CSS OR NOT THALWEG_DYGRAPHS_LICENCE)
  message(FATAL_ERROR "Dygraphs is missing: install libjs-dygraphs (scripts/packages.txt lists what the build needs), "
                      "or set THALWEG_DYGRAPHS_JS, THALWEG_DYGRAPHS_CSS and THALWEG_DYGRAPHS_LICENCE.")
endif()
thalweg_embed(thalweg ${THALWEG_DYGRAPHS_JS} dygraphs_js)
thalweg_embed(thalweg ${THALWEG_DYGRAPHS_CSS} dygraphs_css)
thalweg_embed(thalweg ${THALWEG_DYGRAPHS_LICENCE} dygraphs_licence)
thalweg_embed(thalweg ${PROJECT_SOURCE_DIR}/thalweg/report/assets/report.css report_css)
thalweg_embed(thalweg ${PROJECT_SOURCE_DIR}/thalweg/report/assets/report.js report_js)
