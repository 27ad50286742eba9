const PouchDB = require('pouchdb'); const express = require('express');
const folder = process.argv[2];
const Server = PouchDB.defaults({prefix: folder + '/'});
const app = express();
app.use('/', require('express-pouchdb')(Server, {mode: 'minimumForPouchDB', configPath: folder + '/config.json', logPath: folder + '/log.txt'}));
const s = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify({port: s.address().port})));
