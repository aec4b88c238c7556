// What is changed in an answer: in ours before it leaves this browser, and in the relay's when it is
// written on its behalf. Declines to build one.

/** Longer is refused by the server: its frames are 16 KB. */
export const LONGEST = 15_000;

/** No address leaves this browser; silence sends next to nothing; a lost packet can be repaired. */
export function trimAnswer(sdp: string): string {
  const opus = /^a=rtpmap:(\d+) opus\//im.exec(sdp)?.[1];
  return sdp
    .split(/\r\n|\n/)
    .filter((line) => !/^a=(candidate|end-of-candidates|remote-candidates)/.test(line))
    .map((line) => (/^c=IN /.test(line) ? "c=IN IP4 0.0.0.0" : line))
    .map((line) => (opus !== undefined && line.startsWith(`a=fmtp:${opus} `) ? withOpus(line) : line))
    .join("\r\n");
}

/** The server's offer as its answer to an offer of ours: the same agreement, asked from this side. */
export function asAnswer(offer: string): string {
  return offer.replaceAll("a=setup:actpass", "a=setup:passive");
}

function withOpus(line: string): string {
  const at = line.indexOf(" ");
  const given = line.slice(at + 1).split(";").map((one) => one.trim()).filter(Boolean);
  const ours = ["useinbandfec", "usedtx", "stereo"];
  const others = given.filter((one) => !ours.includes(one.split("=")[0] ?? ""));
  return `${line.slice(0, at)} ${[...others, "useinbandfec=1", "usedtx=1", "stereo=0"].join(";")}`;
}
