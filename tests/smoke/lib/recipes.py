"""The commands that sallyport-load's manual page and --help recommend, one a line:
recipes.py MANUAL < HELP. T of --help is written out."""
import re
import sys

TARGET = "--target 192.0.2.2 --user admin --key id"
NAME = "sallyport-load "


def of_manual(path):
    with open(path, encoding="ascii") as file:
        for line in file:
            if line.startswith(NAME) and "target" in line:
                yield line.strip().replace("\\-", "-")


def of_help(text):
    recipes = text[text.index("\nRecipes"):].split("\n\n")[0].splitlines()[2:]
    command = ""
    for line in recipes:
        begins = line.find(NAME)
        if begins >= 0 and command:
            yield command
            command = ""
        command += " " + line[max(begins, 0):].strip()
    yield command


def main():
    found = [*of_manual(sys.argv[1]), *of_help(sys.stdin.read())]
    for one in found:
        print(re.sub(r"\bT\b", TARGET, one.strip()))


main()
