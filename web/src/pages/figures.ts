// The page of figures brings its pictures' look and no script.
import "../styles/figures.css";
