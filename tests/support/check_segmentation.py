"""Reads a segmentation with pydicom and holds every frame against the image that it was made from.

usage: check_segmentation.py SEG FOLDER-OF-SOURCES
Prints one line per fault and the figures of what it saw; exits with 1 when there was a fault.
"""
import os
import sys

import pydicom

seg = pydicom.dcmread(sys.argv[1])
sources = {}
for folder, _, names in os.walk(sys.argv[2]):
    for name in names:
        if name.endswith(".dcm"):
            image = pydicom.dcmread(os.path.join(folder, name), stop_before_pixels=True)
            sources[str(image.SOPInstanceUID)] = image
faults = []


def want(condition, text):
    if not condition:
        faults.append(text)


def same(a, b):
    return [str(v) for v in a] == [str(v) for v in b]


pixels = seg.pixel_array
if pixels.ndim == 2:
    pixels = pixels[None]
shared = seg.SharedFunctionalGroupsSequence[0]
frames = seg.PerFrameFunctionalGroupsSequence
want(len(frames) == seg.NumberOfFrames == pixels.shape[0], "the numbers of frames differ")
want([s.SegmentNumber for s in seg.SegmentSequence] == list(range(1, len(seg.SegmentSequence) + 1)),
     "segment numbers have gaps")
want(seg.SegmentationType == "BINARY" and seg.BitsAllocated == 1, "this is not binary")
want(len(seg.ReferencedSeriesSequence) == 1, "not exactly one referenced series")

# Some anonymisers give every image a frame of reference of its own; then one of them is ours.
references = {str(image.FrameOfReferenceUID) for image in sources.values()}
want(str(seg.FrameOfReferenceUID) in references, "the frame of reference is not the source's")

used, places, covered = set(), set(), set()
for index, frame in enumerate(frames):
    here = f"frame {index + 1}: "
    want(len(frame.DerivationImageSequence) == 1, here + "not one derivation")
    images = frame.DerivationImageSequence[0].SourceImageSequence
    want(len(images) == 1, here + "not exactly one source image")
    image = sources.get(str(images[0].ReferencedSOPInstanceUID))
    if image is None:
        faults.append(here + "its source image does not exist")
        continue
    used.add(str(image.SOPInstanceUID))
    want(images[0].ReferencedSOPClassUID == image.SOPClassUID, here + "wrong SOP class")
    want(images[0].SpatialLocationsPreserved == "YES", here + "spatial locations not preserved")
    want(same(frame.PlanePositionSequence[0].ImagePositionPatient, image.ImagePositionPatient),
         here + "position differs from the source")
    orientation = (frame if "PlaneOrientationSequence" in frame else shared).PlaneOrientationSequence
    want(same(orientation[0].ImageOrientationPatient, image.ImageOrientationPatient),
         here + "orientation differs from the source")
    measures = (frame if "PixelMeasuresSequence" in frame else shared).PixelMeasuresSequence[0]
    want(same(measures.PixelSpacing, image.PixelSpacing), here + "pixel spacing differs")
    want((seg.Rows, seg.Columns) == (image.Rows, image.Columns), here + "matrix differs")
    want(seg.StudyInstanceUID == image.StudyInstanceUID, here + "study differs")
    want(seg.ReferencedSeriesSequence[0].SeriesInstanceUID == image.SeriesInstanceUID,
         here + "series differs")
    number = frame.SegmentIdentificationSequence[0].ReferencedSegmentNumber
    place = (number, tuple(str(v) for v in image.ImagePositionPatient))
    want(place not in places, here + "segment and position occur twice")
    places.add(place)
    covered.add(number)

listed = {str(i.ReferencedSOPInstanceUID)
          for i in seg.ReferencedSeriesSequence[0].ReferencedInstanceSequence}
want(listed == used, "listed instances are not the ones that the frames use")
want(covered == set(range(1, len(seg.SegmentSequence) + 1)), "a segment has no frame")
for fault in faults:
    print("FAULT", fault)
print(f"frames {len(frames)} segments {len(seg.SegmentSequence)} images {len(used)}")
for segment in seg.SegmentSequence:
    own = [i for i, f in enumerate(frames)
           if f.SegmentIdentificationSequence[0].ReferencedSegmentNumber == segment.SegmentNumber]
    print(f"segment {segment.SegmentLabel} = {segment.TrackingUID} pixels {int(pixels[own].sum())}")
sys.exit(1 if faults else 0)
