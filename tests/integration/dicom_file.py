"""Small synthetic MR series as part-10 files, written with the standard library alone."""

import pathlib
import struct

EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
LONG_VALUES = ("OB", "OW", "SQ", "UN", "UT")


def element(tag, vr, value):
    """One element in Explicit VR Little Endian (PS3.5 7.1.2)."""
    if isinstance(value, int):
        data = struct.pack("<H" if vr == "US" else "<I", value)
    elif isinstance(value, bytes):
        data = value
    else:
        data = str(value).encode("ascii")
    if len(data) % 2:
        data += b"\0" if vr in ("UI", "OB") else b" "
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr.encode()
    if vr in LONG_VALUES:
        return head + struct.pack("<HI", 0, len(data)) + data
    return head + struct.pack("<H", len(data)) + data


def part10(elements):
    """elements: {tag: (vr, value)}; the file meta information follows from them."""
    meta = b"".join([
        element(0x00020001, "OB", b"\0\1"),
        element(0x00020002, "UI", elements[0x00080016][1]),
        element(0x00020003, "UI", elements[0x00080018][1]),
        element(0x00020010, "UI", EXPLICIT_LITTLE_ENDIAN),
        element(0x00020012, "UI", "1.2.3.4"),
    ])
    body = b"".join(element(tag, *elements[tag]) for tag in sorted(elements))
    return b"\0" * 128 + b"DICM" + element(0x00020000, "UL", len(meta)) + meta + body


def image(study, series, number, position, trigger, **changes):
    """One 8 x 8 image of a short-axis cine; changes replace elements by tag name below."""
    values = {
        "SOPClassUID": (0x00080016, "UI", MR_IMAGE),
        "SOPInstanceUID": (0x00080018, "UI", f"{series}.{number}"),
        "ImageType": (0x00080008, "CS", "ORIGINAL\\PRIMARY\\CARDIAC\\NONE"),
        "StudyDate": (0x00080020, "DA", "20200102"),
        "Modality": (0x00080060, "CS", "MR"),
        "Manufacturer": (0x00080070, "LO", "Synthetic"),
        "SeriesDescription": (0x0008103E, "LO", "SAX CINE"),
        "ManufacturerModelName": (0x00081090, "LO", "Written by a test"),
        "PatientName": (0x00100010, "PN", "Test^Series"),
        "PatientID": (0x00100020, "LO", "TEST-1"),
        "ScanningSequence": (0x00180020, "CS", "GR"),
        "SequenceVariant": (0x00180021, "CS", "SS"),
        "SliceThickness": (0x00180050, "DS", "8"),
        "TriggerTime": (0x00181060, "DS", trigger),
        "CardiacNumberOfImages": (0x00181090, "IS", 4),
        "StudyInstanceUID": (0x0020000D, "UI", study),
        "SeriesInstanceUID": (0x0020000E, "UI", series),
        "SeriesNumber": (0x00200011, "IS", 5),
        "InstanceNumber": (0x00200013, "IS", number),
        "ImagePositionPatient": (0x00200032, "DS", f"0\\0\\{position}"),
        "ImageOrientationPatient": (0x00200037, "DS", "1\\0\\0\\0\\1\\0"),
        "FrameOfReferenceUID": (0x00200052, "UI", f"{study}.99"),
        "NumberOfTemporalPositions": (0x00200105, "IS", None),
        "ImagesInAcquisition": (0x00201002, "IS", None),
        "ImageComments": (0x00204000, "LT", ""),
        "SamplesPerPixel": (0x00280002, "US", 1),
        "PhotometricInterpretation": (0x00280004, "CS", "MONOCHROME2"),
        "Rows": (0x00280010, "US", 8),
        "Columns": (0x00280011, "US", 8),
        "PixelSpacing": (0x00280030, "DS", "1.5\\1.5"),
        "BitsAllocated": (0x00280100, "US", 16),
        "BitsStored": (0x00280101, "US", 12),
        "HighBit": (0x00280102, "US", 11),
        "PixelRepresentation": (0x00280103, "US", 0),
        "PixelData": (0x7FE00010, "OW", bytes(128)),
    }
    for name, value in changes.items():
        tag, vr, _ = values[name]
        values[name] = (tag, vr, value)
    return part10({tag: (vr, value) if vr != "IS" else (vr, str(value))
                   for tag, vr, value in values.values() if value is not None})


def write_series(folder, study="1.2.3.10", series="1.2.3.10.1", slices=(0, 8), phases=4,
                 **changes):
    """Writes a cine of `phases` images at every position; returns the paths."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for position in slices:
        for phase in range(phases):
            number = len(paths) + 1
            path = folder / f"{series}.{number}.dcm"
            path.write_bytes(image(study, series, number, position, 10 + 40 * phase, **changes))
            paths.append(path)
    return paths
