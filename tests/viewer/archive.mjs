// Reads from Orthanc what a study's results hold, without the viewer: the masks of the segmentation with
// the images that they belong to, and the numbers of the report.
import { hueOfCieLab } from './overlay.mjs';

async function get(orthanc, path) {
  const answer = await fetch(orthanc + path).catch((error) => {
    throw new Error(`${orthanc} does not answer: ${error.cause?.message || error.message}`);
  });
  if (!answer.ok) throw new Error(`${orthanc}${path} answers ${answer.status}`);
  return answer;
}
const json = async (orthanc, path) => (await get(orthanc, path)).json();
const numbers = (text) => text.split('\\').map(Number);

async function findStudy(orthanc, uid) {
  const studies = await json(orthanc, '/studies?expand');
  const found = uid ? studies.filter((s) => s.MainDicomTags.StudyInstanceUID === uid) : studies;
  if (found.length !== 1) {
    const there = studies.map((s) => s.MainDicomTags.StudyInstanceUID).join(', ') || 'none';
    throw new Error(`${found.length} studies to choose from, name one; the archive holds: ${there}`);
  }
  return found[0];
}

// The one instance, as simplified tags, of the study's newest result series of a modality and, where
// there are several of it, of a series number.
async function readResult(orthanc, series, modality, number) {
  const ours = series.filter(
    (s) =>
      s.MainDicomTags.Modality === modality &&
      s.MainDicomTags.Manufacturer === 'Orthanc CMR' &&
      (!number || s.MainDicomTags.SeriesNumber === number)
  );
  if (ours.length === 0) throw new Error(`the study holds no ${modality} of Orthanc CMR: no results to show`);
  ours.sort((one, other) => (one.LastUpdate < other.LastUpdate ? 1 : -1));
  const id = ours[0].Instances[0];
  return { id, tags: await json(orthanc, `/instances/${id}/simplified-tags`) };
}

// Frame by frame, one byte 0 or 1 for each pixel; the bits are packed across frames, lowest first.
function unpack(bytes, frame, pixels) {
  const mask = new Uint8Array(pixels);
  for (let pixel = 0; pixel < pixels; ++pixel) {
    const bit = frame * pixels + pixel;
    mask[pixel] = (bytes[bit >> 3] >> (bit & 7)) & 1;
  }
  return mask;
}

function segmentsOf(tags) {
  return tags.SegmentSequence.map((segment) => ({
    number: Number(segment.SegmentNumber),
    label: segment.SegmentLabel,
    phase: segment.SegmentLabel.split(' ').pop(), // ED or ES
    hue: hueOfCieLab(numbers(segment.RecommendedDisplayCIELabValue)),
  }));
}

// Maps the SOP instance UID of each image with frames to { labels, rows, columns, segments }: the number
// of the segment, or 0, for each pixel, and the numbers of those that have pixels there.
function masksOf(tags, bytes) {
  const rows = Number(tags.Rows);
  const columns = Number(tags.Columns);
  const masks = new Map();
  tags.PerFrameFunctionalGroupsSequence.forEach((frame, index) => {
    const number = Number(frame.SegmentIdentificationSequence[0].ReferencedSegmentNumber);
    const source = frame.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID;
    if (!masks.has(source)) {
      masks.set(source, { labels: new Uint8Array(rows * columns), rows, columns, segments: new Set() });
    }
    const image = masks.get(source);
    unpack(bytes, index, rows * columns).forEach((set, pixel) => {
      if (!set) return;
      image.labels[pixel] = number;
      image.segments.add(number);
    });
  });
  return masks;
}

async function readSegmentation(orthanc, series) {
  const { id, tags } = await readResult(orthanc, series, 'SEG');
  const pixels = await get(orthanc, `/instances/${id}/content/7fe0-0010/0`);
  const bytes = new Uint8Array(await pixels.arrayBuffer());
  return {
    description: tags.SeriesDescription,
    source: tags.ReferencedSeriesSequence[0].SeriesInstanceUID,
    segments: segmentsOf(tags),
    masks: masksOf(tags, bytes),
  };
}

const meaning = (sequence) => sequence?.[0]?.CodeMeaning;

// The numbers of the report's first measurement group, where a viewer opens it.
function firstGroup(item) {
  const children = item.ContentSequence || [];
  if (meaning(item.ConceptNameCodeSequence) === 'Measurement Group') {
    return children
      .filter((child) => child.ValueType === 'NUM')
      .map((child) => ({
        name: meaning(child.ConceptNameCodeSequence),
        value: Number(child.MeasuredValueSequence[0].NumericValue),
        unit: child.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue,
      }));
  }
  for (const child of children) {
    const found = firstGroup(child);
    if (found) return found;
  }
  return null;
}

async function readReport(orthanc, series) {
  const { tags } = await readResult(orthanc, series, 'SR', '9001'); // of the series, not of the study
  const found = firstGroup(tags);
  if (!found?.length) throw new Error('the first measurement group of the report holds no number');
  return { description: tags.SeriesDescription, numbers: found };
}

// Every measurement group below an item, as { tracking, image, numbers }; an image is the one that the
// group's outline was drawn on, null for a group without an outline.
function allGroups(item) {
  const children = item.ContentSequence || [];
  if (meaning(item.ConceptNameCodeSequence) !== 'Measurement Group') return children.flatMap(allGroups);
  const outline = children.find((child) => child.ValueType === 'SCOORD');
  const tracking = children.find((child) => meaning(child.ConceptNameCodeSequence) === 'Tracking Identifier');
  return [{
    tracking: tracking?.TextValue,
    image: outline?.ContentSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID || null,
    numbers: firstGroup(item),
  }];
}

// The report on the study as a whole, without what else the study holds.
export async function readStudyReport(orthanc, wanted) {
  const study = await findStudy(orthanc, wanted);
  const series = await json(orthanc, `/studies/${study.ID}/series?expand`);
  const { tags } = await readResult(orthanc, series, 'SR', '9008');
  return {
    uid: study.MainDicomTags.StudyInstanceUID,
    studyReport: { description: tags.SeriesDescription, groups: allGroups(tags) },
  };
}

// A secondary capture, by its series number (docs/dicom-conformance.md).
async function readPicture(orthanc, series, number) {
  const { tags } = await readResult(orthanc, series, 'OT', number);
  return { description: tags.SeriesDescription };
}

async function readImages(orthanc, series, uid) {
  const source = series.find((s) => s.MainDicomTags.SeriesInstanceUID === uid);
  if (!source) throw new Error(`the segmentation names series ${uid}, which the study does not hold`);
  const all = await json(orthanc, `/series/${source.ID}/instances-tags?simplify`);
  return Object.values(all).map((tags) => ({
    uid: tags.SOPInstanceUID,
    slice: tags.ImagePositionPatient,
    position: numbers(tags.ImagePositionPatient),
    orientation: numbers(tags.ImageOrientationPatient),
    spacing: numbers(tags.PixelSpacing), // between rows, between columns
    order: Number(tags.InstanceNumber),
  }));
}

export async function readStudy(orthanc, wanted) {
  const study = await findStudy(orthanc, wanted);
  const series = await json(orthanc, `/studies/${study.ID}/series?expand`);
  const segmentation = await readSegmentation(orthanc, series);
  return {
    uid: study.MainDicomTags.StudyInstanceUID,
    segmentation,
    report: await readReport(orthanc, series),
    page: await readPicture(orthanc, series, '9002'),
    wall: await readPicture(orthanc, series, '9005'),
    cine: await readPicture(orthanc, series, '9004'),
    images: await readImages(orthanc, series, segmentation.source),
  };
}

// Of the slices on which every segment has pixels, the middle one: its image at end diastole, the one at
// end systole, and one between them that the segmentation does not name.
export function chooseImages({ segmentation, images }) {
  const { segments, masks } = segmentation;
  const slices = new Map();
  for (const image of [...images].sort((one, other) => one.order - other.order)) {
    if (!slices.has(image.slice)) slices.set(image.slice, []);
    slices.get(image.slice).push(image);
  }
  const holding = (slice, phase) => {
    const needed = segments.filter((segment) => segment.phase === phase);
    return slice.find((image) => needed.every((s) => masks.get(image.uid)?.segments.has(s.number)));
  };
  const complete = [...slices.values()].filter((slice) => holding(slice, 'ED') && holding(slice, 'ES'));
  if (complete.length === 0) throw new Error('no slice shows every segment at both phases');
  const slice = complete[Math.floor(complete.length / 2)];
  const [ed, es] = [holding(slice, 'ED'), holding(slice, 'ES')];
  const middle = (slice.indexOf(ed) + slice.indexOf(es)) / 2;
  const bare = slice.filter((image) => !masks.has(image.uid));
  if (bare.length === 0) throw new Error('the segmentation names every image of the middle slice');
  const distance = (image) => Math.abs(slice.indexOf(image) - middle);
  const between = bare.reduce((best, image) => (distance(image) < distance(best) ? image : best));
  return { ed, es, between, other: complete[0].includes(ed) ? null : holding(complete[0], 'ED') };
}
