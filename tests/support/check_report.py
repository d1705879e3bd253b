"""Reads a measurement report with pydicom the way that viewers do and names every fault.

usage: check_report.py [--volumes] SR FOLDER-OF-SOURCES [SEG...]
--volumes: the report whose groups have no outlines.
Prints one line per fault, then what the report says; exits with 1 when there was a fault.
"""
import os
import sys

import pydicom

arguments = [argument for argument in sys.argv[1:] if argument != "--volumes"]
of_volumes = len(arguments) < len(sys.argv) - 1
sr = pydicom.dcmread(arguments[0])
known = {}
for folder, _, names in os.walk(arguments[1]):
    for name in names:
        if name.endswith(".dcm"):
            image = pydicom.dcmread(os.path.join(folder, name), stop_before_pixels=True)
            known[str(image.SOPInstanceUID)] = image
segs = [pydicom.dcmread(name, stop_before_pixels=True) for name in arguments[2:]]
faults = []


def want(condition, text):
    if not condition:
        faults.append(text)


def code(sequence):
    return f"{sequence[0].CodingSchemeDesignator}:{sequence[0].CodeValue}"


def name_of(item):
    return code(item.ConceptNameCodeSequence) if "ConceptNameCodeSequence" in item else ""


def children(item):
    return list(item.get("ContentSequence", []))


def template(item):
    return item.ContentTemplateSequence[0].TemplateIdentifier


# R1, R2
want(sr.SOPClassUID == "1.2.840.10008.5.1.4.1.1.88.33", "not a Comprehensive SR")
want(sr.Modality == "SR" and sr.ValueType == "CONTAINER", "modality or root")
want(name_of(sr) == "DCM:126000", "not an imaging measurement report")
want(template(sr) == "1500" and sr.ContentTemplateSequence[0].MappingResource == "DCMR", "template")
want(sr.CompletionFlag == "COMPLETE" and sr.VerificationFlag == "UNVERIFIED", "flags")
want(sr.PreliminaryFlag == "PRELIMINARY", "preliminary flag")

# R3
order = [name_of(item) for item in children(sr)]
wanted = ["DCM:121049", "DCM:121005", "DCM:121012", "DCM:121013", "DCM:121014", "DCM:121015",
          "DCM:121058", "DCM:111028", "DCM:126010", "UMLS:C0034375"]
want([o for o in order if o in wanted] == [w for w in wanted if w in order], f"order is {order}")
want(all(w in order for w in wanted if w != "DCM:126010"), f"something is missing in {order}")
library = [item for item in children(sr) if name_of(item) == "DCM:111028"]
groups_of_images = [i for i in children(library[0]) if name_of(i) == "DCM:126200"]
want(len(groups_of_images) == 1, "not one image library group")

# R8
listed = {}
for study in sr.CurrentRequestedProcedureEvidenceSequence:
    for series in study.ReferencedSeriesSequence:
        for item in series.ReferencedSOPSequence:
            uid = str(item.ReferencedSOPInstanceUID)
            want(uid not in listed, f"{uid} is listed twice")
            listed[uid] = (str(series.SeriesInstanceUID), str(item.ReferencedSOPClassUID))
    want(str(study.StudyInstanceUID) == str(sr.StudyInstanceUID), "evidence of another study")
for uid, (series, sop_class) in listed.items():
    source = known.get(uid) or next((s for s in segs if str(s.SOPInstanceUID) == uid), None)
    if source is None:
        faults.append(f"{uid} is listed and does not exist")
        continue
    want(str(source.SeriesInstanceUID) == series, f"{uid} is listed under another series")
    want(str(source.SOPClassUID) == sop_class, f"{uid} is listed under another class")
for seg in segs:
    want(str(seg.SOPInstanceUID) in listed, "the segmentation is not listed")
in_library = {str(i.ReferencedSOPSequence[0].ReferencedSOPInstanceUID)
              for i in children(groups_of_images[0]) if i.ValueType == "IMAGE"}
want(in_library == set(listed) - {str(s.SOPInstanceUID) for s in segs},
     "image library and evidence differ")

# R4 to R7
measurements = [item for item in children(sr) if name_of(item) == "DCM:126010"]
groups = [g for g in children(measurements[0]) if name_of(g) == "DCM:125007"] if measurements else []
tracked = {str(s.TrackingUID): s.SegmentLabel for seg in segs for s in seg.SegmentSequence}
seen, labels, tied, numbered = set(), set(), {}, {}


def check_planar(group, here):
    items = children(group)
    want(template(group) == "1410", here + "is no planar group")
    regions = [i for i in items if i.ValueType in ("SCOORD", "SCOORD3D")]
    want(len(regions) == 1 and regions[0].ValueType == "SCOORD", here + "not one SCOORD")
    region = regions[0]
    want(name_of(region) == "DCM:111030" and region.GraphicType == "POLYLINE", here + "no polyline")
    points = list(region.GraphicData)
    want(len(points) >= 8 and len(points) % 2 == 0 and points[:2] == points[-2:],
         here + "the polyline is not closed")
    images = children(region)
    want(len(images) == 1 and images[0].ValueType == "IMAGE" and
         images[0].RelationshipType == "SELECTED FROM" and name_of(images[0]) == "DCM:111040",
         here + "its region is not selected from one image")
    want(len(images[0].ReferencedSOPSequence) == 1, here + "not one referenced image")
    image_uid = str(images[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID)
    want(image_uid in listed, here + "its image is not listed")
    image = known.get(image_uid)
    if image is not None:
        want(all(0 <= x <= image.Columns for x in points[::2]) and
             all(0 <= y <= image.Rows for y in points[1::2]), here + "leaves the image")
    # OHIF writes five lines beside an outline, always at the same place, and a finding site of the
    # group by its code.
    nums = [i for i in items if i.ValueType == "NUM"]
    if nums:
        want(image_uid not in numbered,
             here + f"numbers on the image of {numbered.get(image_uid)}: they would overlap")
        numbered[image_uid] = here[:-2]
    want(len([i for i in nums if name_of(i) != "SCT:42798000"]) <= 5, here + "over five numbers")
    want(not any(name_of(i) == "SCT:363698007" for i in items), here + "finding site on the group")


def check_unplaced(group, here):
    """A volume is one segment of a segmentation that tells the same name and tracking UID."""
    items = children(group)
    want(template(group) in ("1411", "1501"), here + "is neither of a volume nor of numbers")
    want(not any(i.ValueType in ("SCOORD", "SCOORD3D") for i in items), here + "has coordinates")
    images = [i for i in items if i.ValueType == "IMAGE"]
    series = [str(i.UID) for i in items if name_of(i) == "DCM:121232"]
    if template(group) == "1411":
        want(len(images) == 1 and name_of(images[0]) == "DCM:121191", here + "not one segment")
        want(len(series) == 1, here + "not one source series")
    else:
        want(all(name_of(i) == "SCT:260753009" for i in images), here + "images of another purpose")
        want(images or any(i.ValueType == "NUM" for i in items), here + "is empty")
    uid = next(str(i.UID) for i in items if name_of(i) == "DCM:112040")
    want(bool(images) == (uid in tracked), here + "tracking UID and segments do not agree")
    for image in images:
        reference = image.ReferencedSOPSequence[0]
        seg = next(s for s in segs if str(s.SOPInstanceUID) == str(reference.ReferencedSOPInstanceUID))
        segment = seg.SegmentSequence[int(reference.ReferencedSegmentNumber) - 1]
        want(str(segment.TrackingUID) == uid, here + "its segment is tracked as another one")
        want(str(segment.TrackingID) + ": " == here, here + f"its segment is {segment.TrackingID}")
        want(not series or series == [str(seg.ReferencedSeriesSequence[0].SeriesInstanceUID)],
             here + "the segmentation is of another series")
    moments = [str(i.TextValue) for i in items if name_of(i) == "UMLS:C2348792"]
    print(f"group {here[:-2]} {template(group)} segments {len(images)} at {moments}")


for group in groups:
    items = children(group)
    texts = [i for i in items if name_of(i) == "DCM:112039"]
    uids = [i for i in items if name_of(i) == "DCM:112040"]
    want(len(texts) == 1 and texts[0].ValueType == "TEXT", "not one tracking identifier")
    want(len(uids) == 1 and uids[0].ValueType == "UIDREF", "not one tracking unique identifier")
    label, uid = str(texts[0].TextValue), str(uids[0].UID)
    here = label + ": "
    want(uid not in seen, here + "its tracking UID occurs twice")
    want(label not in labels, here + "its tracking identifier occurs twice")
    want("Cornerstone" not in label, here + "would be taken for an editable annotation")
    seen.add(uid)
    labels.add(label)
    if uid in tracked:
        tied[label] = tracked[uid]
    (check_unplaced if of_volumes else check_planar)(group, here)
    nums = [i for i in items if i.ValueType == "NUM"]
    for num in nums:
        want(len(num.ConceptNameCodeSequence[0].CodeMeaning) <= 22, here + "name too long for OHIF")
        meaning = num.ConceptNameCodeSequence[0].CodeMeaning
        want(len(num.MeasuredValueSequence) == 1, here + meaning + " has not one value")
        properties = {name_of(i): i for i in children(num)}
        want("SCT:363698007" in properties or meaning in ("Heart rate", "BSA"),
             here + meaning + " has no finding site")
        value = num.MeasuredValueSequence[0]
        unit = value.MeasurementUnitsCodeSequence[0]
        want(unit.CodingSchemeDesignator == "UCUM" and len(unit.CodeValue) <= 16, here + "unit")
        want(len(str(value.get_item("NumericValue").value)) <= 16, here + "number too long")
        if name_of(num) != "SCT:42798000":
            print(f"number {meaning} = {value.NumericValue} {unit.CodeValue} in {label}")
        want(("UCUM:" + unit.CodeValue).endswith("/m2") == ("DCM:121425" in properties),
             here + meaning + ": its unit and the modifier Index do not agree")
        method = properties["DCM:111002"].TextValue if "DCM:111002" in properties else ""
        if "Reference range" in method:
            print(f"range {meaning}: {method[method.index('Reference range'):]}")
for label, segment in sorted(tied.items()):
    print(f"tied {label} = {segment}")
want(len(tied) <= len(tracked), "a segment is tied twice")


def walk(item, path):
    for child in children(item):
        if child.ValueType == "TEXT":
            want(len(str(child.TextValue)) > 0, path + ": empty text")
        if child.ValueType == "IMAGE":
            uid = str(child.ReferencedSOPSequence[0].ReferencedSOPInstanceUID)
            want(uid in listed, path + ": unlisted image")
        if "ConceptNameCodeSequence" in child:
            item_code = child.ConceptNameCodeSequence[0]
            want(item_code.CodeMeaning != "", path + ": code without meaning")
        walk(child, path + "/" + name_of(child))


walk(sr, "")
for item in children([i for i in children(sr) if name_of(i) == "UMLS:C0034375"][0]):
    print("comment", item.TextValue)
print(f"groups {len(groups)} images {len(in_library)}")
for fault in faults:
    print("FAULT", fault)
sys.exit(1 if faults else 0)
