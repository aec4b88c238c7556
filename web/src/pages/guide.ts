// The guides bring their pictures' look and no script.
import "../styles/still.css";
