const PouchDB = require('pouchdb'); const fs = require('fs');
const [,, url, folder, file, batch] = process.argv;
const docs = fs.readFileSync(file, 'utf8').trim().split('\n').map(l => JSON.parse(l));
const size = Number(batch);
(async () => {
  const local = new PouchDB(folder + '/up'); const remote = new PouchDB(url + '/dossiers');
  await remote.info();
  for (let i = 0; i < docs.length; i += 1000) await local.bulkDocs(docs.slice(i, i + 1000));
  let t = process.hrtime.bigint();
  await PouchDB.replicate(local, remote, {batch_size: size, batches_limit: 10});
  const push = Number(process.hrtime.bigint() - t) / 1e9;
  const down = new PouchDB(folder + '/down');
  t = process.hrtime.bigint();
  await PouchDB.replicate(remote, down, {batch_size: 1000, batches_limit: 10});
  const pull = Number(process.hrtime.bigint() - t) / 1e9;
  const n = (await down.info()).doc_count;
  console.log(JSON.stringify({push, pull, docs: n})); process.exit(0);
})().catch(e => { console.error(e); process.exit(1); });
