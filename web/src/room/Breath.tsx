// The breathing flower: eight petals that open for four seconds and close for six.
// Declines to count, to measure and to move for anybody who asked for stillness.
import icons from "../icons.json";
import { t } from "../words";

const TURNS = [0, 45, 90, 135, 180, 225, 270, 315];

export function Breath({ still = false, quiet = false }: { still?: boolean; quiet?: boolean }) {
  return (
    <div class={`bloom${still ? " still" : ""}`}>
      <div class="breath">
        <svg viewBox="-105 -105 210 210" aria-hidden="true">
          {TURNS.map((turn) => (
            <g transform={`rotate(${turn})`} key={turn}>
              <g class="pet">
                <g transform="translate(0 -62) scale(1.18 1.3)">
                  <path d={icons.petal} vector-effect="non-scaling-stroke" />
                  <path class="isen2" d="M0-17V-6M0 4V14" vector-effect="non-scaling-stroke" />
                </g>
              </g>
            </g>
          ))}
        </svg>
        {!quiet && (
          // The two words change with the petals, by the same clock of the styles.
          <div class="words" aria-hidden="true">
            <span class="w-in">{t("lobby.in")}</span>
            <span class="w-out">{t("lobby.out")}</span>
          </div>
        )}
      </div>
    </div>
  );
}
