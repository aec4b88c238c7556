// The words of the walk are a catalogue of their own, cut out of the whole one by the build.
declare module "*.json?walk" {
  const words: Readonly<Record<string, string>>;
  export default words;
}
