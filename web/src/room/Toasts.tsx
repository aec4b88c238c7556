// Short words that come and go: a refusal, a welcome back. Declines to hold anything important alone.
import { t } from "../words";
import { dismiss, toasts } from "./store";

export function Toasts() {
  return (
    <div class="toasts" role="status">
      {toasts.value.map((one) => (
        <div class="toast" key={one.id}>
          <p>{one.text}</p>
          {one.again && (
            <button
              type="button"
              class="btn btn--s"
              onClick={() => {
                dismiss(one.id);
                one.again?.();
              }}
            >
              {t("room.again")}
            </button>
          )}
          <button type="button" class="toast__close" aria-label={t("room.dismiss")} onClick={() => dismiss(one.id)}>
            <span aria-hidden="true">×</span>
          </button>
        </div>
      ))}
    </div>
  );
}
