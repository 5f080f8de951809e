// Reads an AsyncAPI document from standard input and writes its errors and warnings, one in a line.
const { Parser } = require('@asyncapi/parser');

new Parser().parse(require('node:fs').readFileSync(0, 'utf8')).then(({ document, diagnostics }) => {
  for (const { severity, code, path, message } of diagnostics)
    if (severity <= 1) console.log(`${code} at ${path.join('.')}: ${message}`);
  if (!document) console.log('The document cannot be read.');
  else console.log(`${document.operations().all().length} operations, ${document.messages().all().length} messages`);
});
