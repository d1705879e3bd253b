// A DICOM series together with the contours that somebody drew on some of its images.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dicom_sr/source.h"
#include "models/series_contour.h"

namespace cmr {

struct ContourFiles {
  std::string endo;  // path
  std::string epi;   // empty where none was drawn
  bool isAutomatic = false;
};

// One contoured image and where it stands in the series.
struct ContouredImage {
  int instanceNumber = 0;
  std::size_t stackIndex = 0;  // into ContouredSeries::read.stacks
  int slice = 0;
  int phase = 0;
  ContourFiles files;
};

struct ContouredSeries {
  ReadResult read;
  std::vector<ContouredImage> images;  // by instance number
};

// images: a folder of one series; contours: the folder of its contour files, named
// "IM-0001-NNNN-icontour-manual.txt", NNNN being the InstanceNumber; icontour: endocardium,
// ocontour: epicardium. An epicardium without an endocardium is left out, and so are the five most
// basal slices (instances up to 100) of semi-automatic contours ("-auto.txt"), which are not
// anatomical in the one animal that has such. Throws InputError naming what is missing or broken.
ContouredSeries readContouredSeries(const std::string& images, const std::string& contours);

struct ContourMasks {
  Mask endo;
  std::optional<Mask> epi;  // filled: cavity and myocardium
};
// Throws InputError when the endocardium encloses no pixel.
ContourMasks readContourMasks(const ContourFiles& files, int rows, int columns);

// The contours of a series all of whose contoured images lie in one stack; throws InputError
// otherwise, and when pixels are not square.
struct StackContours {
  std::size_t stackIndex = 0;
  std::vector<SeriesContour> contours;
};
StackContours contoursOfOneStack(const ContouredSeries& series);

// Throws InputError naming `name` when the pixels are not square.
double isotropicSpacingMm(const PlaneGeometry& plane, const std::string& name);

}  // namespace cmr
