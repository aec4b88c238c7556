// The words of the sound are a catalogue of their own, cut out of the whole one by the build.
declare module "*.json?sound" {
  const words: Readonly<Record<string, string>>;
  export default words;
}
