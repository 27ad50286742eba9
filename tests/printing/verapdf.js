// Run by Rhino, which the jar of the veraPDF library carries: arguments are a flavour ("2b") and files; a line for each file, and
// under it the rules it breaks.
var pdfa = Packages.org.verapdf.pdfa;
var flavour = pdfa.flavours.PDFAFlavour.fromString(arguments[0]);
Packages.org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider.initialise();
var foundry = pdfa.Foundries.defaultInstance();
for (var i = 1; i < arguments.length; i++) {
  var parser = foundry.createParser(new java.io.FileInputStream(arguments[i]), flavour);
  var result = foundry.createValidator(flavour, false).validate(parser);
  parser.close();
  print((result.isCompliant() ? "PASS" : "FAIL") + "\t" + result.getTotalAssertions() + "\t" + arguments[i]);
  var broken = result.getTestAssertions().iterator();
  while (broken.hasNext()) {
    var one = broken.next();
    print("\t" + one.getRuleId().getClause() + "\t" + one.getMessage());
  }
}
