// Takes the secret out of the address and sends it, once. Keeps it nowhere.
const form = document.getElementById("exchange");
const field = document.getElementById("secret");
const opening = document.getElementById("opening");
const secret = location.hash.slice(1);

if (secret && form instanceof HTMLFormElement && field instanceof HTMLInputElement) {
  // The history keeps the address without it.
  history.replaceState(null, "", location.pathname);
  field.value = secret;
  form.hidden = true;
  if (opening) opening.hidden = false;
  form.submit();
}

// Going back shows the form as it was found, without the secret.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted || !(form instanceof HTMLFormElement)) return;
  form.reset();
  form.hidden = false;
  if (opening) opening.hidden = true;
});
// A second link opened in this tab changes only what is behind the mark.
window.addEventListener("hashchange", () => location.reload());
