// The sheet of an invitation brings its own look and no script.
import "../styles/poster.css";
