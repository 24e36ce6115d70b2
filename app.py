"""Entry: `flask --app app …` for commands; `python app.py` serves, `python app.py --demo` prepares and serves the demo."""

import sys

from trainer.factory import create_app
from trainer.serve import main

app = create_app()

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
