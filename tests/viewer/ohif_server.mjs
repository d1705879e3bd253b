// Serves OHIF's built files and passes /dicom-web/ on to an Orthanc, as a hospital's web server would:
// one origin, our app-config.js in place of OHIF's own.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const TYPES = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.html': 'text/html',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

function passOn(orthanc, request, response) {
  // With the host as the browser named it: Orthanc makes the addresses of documents from it.
  const options = { method: request.method, headers: request.headers };
  const onward = http.request(new URL(request.url, orthanc), options, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', (error) => {
    if (!response.headersSent) response.writeHead(502);
    response.end(String(error));
  });
  // The browser gives up requests of images that have left the screen.
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}

// The file a path stands for; a path that is no file is a route of the application.
function fileOf(folder, appConfig, pathname) {
  if (pathname === '/app-config.js') return appConfig;
  const file = path.join(folder, path.normalize(decodeURIComponent(pathname)));
  const inside = file.startsWith(folder + path.sep);
  return inside && fs.existsSync(file) && fs.statSync(file).isFile() ? file : path.join(folder, 'index.html');
}

// Listens on a free port of 127.0.0.1; answers with the address and a function that ends it.
export async function startOhif({ folder, appConfig, orthanc }) {
  const archive = new URL(orthanc);
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://127.0.0.1');
    if (pathname.startsWith('/dicom-web/')) return passOn(archive, request, response);
    const file = fileOf(path.resolve(folder), appConfig, pathname);
    response.writeHead(200, {
      'content-type': TYPES[path.extname(file)] || 'application/octet-stream',
      // OHIF decodes in threads that share memory, which browsers allow only under these two.
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    fs.createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
