# thalweg_embed(TARGET FILE SYMBOL): the bytes of FILE become
#   namespace thalweg::embedded { extern const unsigned char SYMBOL[]; extern const std::size_t SYMBOL_size; }
# in a source generated when CMake runs (again whenever FILE changes), so that installed binaries need no file.
function(thalweg_embed target file symbol)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/embedded/${symbol}.cpp)
  file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT "#include <cstddef>
namespace thalweg::embedded {
extern const unsigned char @symbol@[];
extern const std::size_t @symbol@_size;
const unsigned char @symbol@[] = {@bytes@};
const std::size_t @symbol@_size = @size@;
}  // namespace thalweg::embedded
")
  target_sources(${target} PRIVATE ${generated})
endfunction()
