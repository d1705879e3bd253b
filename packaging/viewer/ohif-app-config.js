// Configuration of OHIF (3.13.2) for an Orthanc with this plugin: replaces `app-config.js` in the folder
// that the web server serves OHIF from.
//
// The web server has to pass /dicom-web/ on to Orthanc under the same host name as OHIF itself. With
// another name, or another DicomWeb.Root in Orthanc's configuration, change `dicomWeb` below. Orthanc's
// section "DicomWeb" needs "StudiesMetadata": "Full" and "SeriesMetadata": "Full": without the sequences
// of the headers a segmentation cannot be opened.
const dicomWeb = '/dicom-web';

// OHIF takes a cine for a 4-D volume when its trigger times are the same in every slice. It then opens
// a volume viewport, which draws no segmentation, and says nothing about it. This opens such a series as
// what it is, a stack of images, and the segmentation lies on the images that it was made from. What
// needs a volume (multiplanar reformation, the 4-D mode) is then not offered for these MR series; leave
// the extension out of `extensions` where that matters more.
const cineAsStack = {
  id: 'cine-as-stack',
  preRegistration({ servicesManager }) {
    const { displaySetService } = servicesManager.services;
    displaySetService.subscribe(
      displaySetService.EVENTS.DISPLAY_SETS_ADDED,
      ({ displaySetsAdded }) => {
        for (const displaySet of displaySetsAdded) {
          if (displaySet.Modality === 'MR' && displaySet.isDynamicVolume) {
            displaySet.isDynamicVolume = false;
            displaySet.isReconstructable = false;
          }
        }
      }
    );
  },
};

window.config = {
  name: 'orthanc-cmr',
  routerBasename: '/',
  extensions: [cineAsStack],
  modes: [],
  showStudyList: true,
  maxNumberOfWebWorkers: 3,
  showLoadingIndicator: true,
  strictZSpacingForVolumeViewport: true,
  defaultDataSourceName: 'orthanc',
  dataSources: [
    {
      namespace: '@ohif/extension-default.dataSourcesModule.dicomweb',
      sourceName: 'orthanc',
      configuration: {
        friendlyName: 'Orthanc',
        name: 'orthanc',
        qidoRoot: dicomWeb,
        wadoRoot: dicomWeb,
        wadoUriRoot: dicomWeb,
        qidoSupportsIncludeField: false,
        imageRendering: 'wadors',
        thumbnailRendering: 'wadors',
        enableStudyLazyLoad: true,
        supportsFuzzyMatching: false,
        supportsWildcard: true,
        omitQuotationForMultipartRequest: true,
      },
    },
  ],
};
