// Tells the pages this browser's time zone, so that they can show its clock beside the circle's.
// Until the browser closes; a zone is no place.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const secure = location.protocol === "https:" ? ";secure" : "";

if (/^[A-Za-z0-9_+/-]{1,40}$/.test(zone)) {
  document.cookie = `zone=${zone};path=/;samesite=lax${secure}`;
}

export {};
